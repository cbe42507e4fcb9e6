// The program behind `--version`. The npm package has a file of its own in place of this one, `scripts/npm/load-run.mjs`.

/** Loads it when it is needed. */
export async function loadRun() {
  const { run } = await import('./run.ts');
  return { run };
}
