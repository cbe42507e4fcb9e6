// A value from outside as an object whose fields can be asked for.

/** The value, or an empty object where it is none. */
export function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
