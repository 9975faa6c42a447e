import { randomBytes } from 'node:crypto'
import { RedisStore } from 'connect-redis'
import type { RequestHandler } from 'express'
import session, { MemoryStore, type Store } from 'express-session'
import type { Logger } from 'pino'
import { createClient } from 'redis'

/** Where sessions are kept. */
export interface SessionStore {
  readonly store: Store
  isReady(): boolean
  close(): Promise<void>
}

/** Opens Redis, which several instances of the service share, or memory, which is for one on a developer's machine. */
export async function openSessionStore(url: string | undefined, log: Logger): Promise<SessionStore> {
  if (!url) return { store: new MemoryStore(), isReady: () => true, close: async () => Promise.resolve() }
  // Without Redis requests fail at once, instead of piling up until it is back.
  const client = createClient({ url, disableOfflineQueue: true })
  client.on('error', (error: Error) => log.error({ reason: error.message }, 'Redis'))
  await client.connect()
  return {
    store: new RedisStore({ client, prefix: 'session:' }),
    isReady: () => client.isReady,
    close: async () => client.close(),
  }
}

/**
 * Makes the session middleware.
 *
 * @param secure - whether browsers reach the service by https
 * @param secret - the same in each instance; only a service on a developer's machine can do without
 */
export function sessions(store: Store, secure: boolean, secret?: string): RequestHandler {
  if (secure && !secret) throw new Error('Set SESSION_SECRET: it signs the session cookie')
  const middleware = session({
    store,
    secret: secret ?? randomBytes(32).toString('hex'),
    name: secure ? '__Host-session' : 'session',
    // Not "strict": a browser that comes back from One Login has to bring it along.
    cookie: { httpOnly: true, sameSite: 'lax', secure },
    resave: false,
    saveUninitialized: false,
  })
  return (req, res, next) => {
    middleware(req, res, (error?: unknown) => {
      if (error) next(Object.assign(new Error('The session store failed', { cause: error }), { status: 503 }))
      else next()
    })
  }
}
