import type { Meter } from '@opentelemetry/api'
import { listen } from './events.ts'

/** Counts events. No attribute identifies a user. Returns the function that stops it. */
export function countEvents(meter: Meter): () => void {
  const signIns = meter.createCounter('one_login.sign_ins', {
    description: 'Sign-ins by outcome. Users leave most of those that start and never end',
  })
  const identities = meter.createCounter('one_login.identities', {
    description: 'Identity journeys that came back, by level and whether the identity was proven',
  })
  const signOuts = meter.createCounter('one_login.sign_outs', {
    description: 'Sign-outs by their reason',
  })
  const refreshes = meter.createCounter('one_login.document_refreshes', {
    description: "Downloads of One Login's documents",
  })
  return listen({
    'sign-in.started': () => signIns.add(1, { outcome: 'started' }),
    'sign-in.succeeded': ({ identity }) => {
      signIns.add(1, { outcome: 'succeeded' })
      if (identity) identities.add(1, { level: identity.level, proven: identity.proven })
    },
    'sign-in.failed': ({ code }) => signIns.add(1, { outcome: 'failed', 'error.type': code }),
    'signed-out': ({ reason }) => signOuts.add(1, { reason }),
    'signed-out.back-channel': () => signOuts.add(1, { reason: 'back-channel' }),
    'document.refreshed': ({ url }) => refreshes.add(1, { url, outcome: 'succeeded' }),
    'document.refresh-failed': ({ url, code }) =>
      refreshes.add(1, { url, outcome: 'failed', 'error.type': code }),
  })
}
