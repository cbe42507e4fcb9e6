// The part of the `ebml` package that is used here: its table of elements.
declare module 'ebml' {
  export const schema: ReadonlyMap<
    number,
    { name: string; type: string; level: number; description?: string }
  >;
}
