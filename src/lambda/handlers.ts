// The handlers by name, loaded when they are asked for: each reads its settings from the environment then.

import type { HandlerName, LambdaHandler } from './handler.ts';

/** @throws KvsrecError `bad-environment`. */
export async function loadHandler(name: HandlerName): Promise<LambdaHandler> {
  return (await LOADERS[name]()).handler;
}

const LOADERS: Record<HandlerName, () => Promise<{ handler: LambdaHandler }>> = {
  record: () => import('./entries/record.ts'),
  trigger: () => import('./entries/trigger.ts'),
  overlay: () => import('./entries/overlay.ts'),
  redact: () => import('./entries/redact.ts'),
  backfill: () => import('./entries/backfill.ts'),
};
