/** The text of `src/kernels/module.ts` as `kernels.wat` makes it. */
export function kernelsModule(): Promise<string>;
