export const flavour = 'imported';
