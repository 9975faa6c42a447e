import { createHmac } from 'node:crypto'
import { listen } from './events.ts'

/** One line of the audit log. */
export interface AuditLine {
  readonly time: string
  readonly event: string
  /** The same in every line about one user. You need the key to find a user's lines. */
  readonly user?: string
  readonly [detail: string]: unknown
}

/**
 * Writes who signed in and out, and which sign-ins were rejected. The lines hold no personal data: `sub` identifies one
 * person permanently, so they hold an HMAC of it. Returns the function that stops it.
 *
 * @param key - for the HMAC: 32 random bytes that you keep apart from the log
 */
export function audit(write: (line: AuditLine) => void, key: Buffer): () => void {
  if (key.length < 32) throw new Error('The key of the audit log must have 32 bytes or more')
  const userOf = (sub: string) => createHmac('sha256', key).update(sub).digest('base64url')
  const line = (event: string, sub: string | undefined, details: Record<string, unknown> = {}) =>
    write({
      time: new Date().toISOString(),
      event,
      ...(sub !== undefined && { user: userOf(sub) }),
      ...details,
    })
  return listen({
    'sign-in.succeeded': ({ sub, identity }) => line('sign-in succeeded', sub, { ...identity }),
    'sign-in.failed': ({ code }) => line('sign-in failed', undefined, { code }),
    'signed-out': ({ sub, reason }) => line('signed out', sub, { reason }),
    'signed-out.back-channel': ({ sub }) => line('signed out', sub, { reason: 'back-channel' }),
  })
}
