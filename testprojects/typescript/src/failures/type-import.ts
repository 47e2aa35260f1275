import { Entry } from '../entries.ts';

export default (): Entry => ({ name: 'x', amount: 1 });
