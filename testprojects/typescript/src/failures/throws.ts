interface Reason {
  text: string;
}

function because<T extends Reason>(reason: T): never {
  throw new RangeError(reason.text as string);
}

export default (): never => because<Reason>({ text: 'on line 6' });
