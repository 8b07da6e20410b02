/** Values that have their own say in how they are written as JSON. */

export interface Writer {
  toJSON(): unknown;
}

export function writesItself(value: object): value is Writer {
  return typeof (value as Partial<Writer>).toJSON === 'function';
}
