import { randomBytes } from 'node:crypto'
import { RedisStore } from 'connect-redis'
import type { RequestHandler } from 'express'
import session, { MemoryStore, type Store } from 'express-session'
import type { Logger } from 'pino'
import { createClient } from 'redis'

/** Opens Redis, which instances of the service share, or memory, which is for one on a developer's machine. */
export async function openSessionStore(url: string | undefined, log: Logger) {
  if (!url) return { store: new MemoryStore(), close: () => Promise.resolve() }
  // While Redis is away requests fail at once, instead of piling up until it is back.
  const client = createClient({ url, disableOfflineQueue: true })
  client.on('error', (error: Error) => log.error({ reason: error.message }, 'Redis'))
  await client.connect()
  return { store: new RedisStore({ client, prefix: 'session:' }), close: () => client.close() }
}

/** Makes the session middleware. The secret is the same in every instance. */
export function sessions(store: Store, secure: boolean, secret: string | undefined): RequestHandler {
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
    middleware(req, res, (cause?: unknown) => {
      next(cause && Object.assign(new Error('the session store failed', { cause }), { status: 503 }))
    })
  }
}
