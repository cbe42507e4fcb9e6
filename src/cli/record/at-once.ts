// Several calls of a process at the same time.

/**
 * Does `work` for each item, so many at a time, until `signal` fires; resolves when all that was begun is done.
 * @param work Never rejects.
 */
export async function atOnce<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  limit: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let free = () => {};
  for await (const item of items) {
    if (signal.aborted) break;
    const one = work(item).then(() => {
      running.delete(one);
      free();
    });
    running.add(one);
    // No race of all of them: whoever is in one remembers it until it is done, which may take hours.
    if (running.size >= limit) {
      await new Promise<void>((resolve) => {
        free = resolve;
      });
    }
  }
  await Promise.all(running);
}
