import { randomBytes } from 'node:crypto'
import { RedisStore } from 'connect-redis'
import type { RequestHandler } from 'express'
import session, { MemoryStore, type Store } from 'express-session'
import type { Logger } from 'pino'
import { createClient } from 'redis'

/** The session store, and the secret that signs the session cookie. The secret is the same in every instance. */
export type SessionStorage = Readonly<{ store: Store; secret: string | undefined }>

/** Opens Redis, which all instances of the service share, or memory, for one instance on a developer's machine. */
export async function openSessionStore(env: NodeJS.ProcessEnv, log: Logger) {
  const { REDIS_URL: url, SESSION_SECRET: secret } = env
  if (!url) return { store: new MemoryStore(), secret, close: () => Promise.resolve() }
  // While Redis is unavailable, requests fail at once instead of waiting.
  const client = createClient({ url, disableOfflineQueue: true })
  client.on('error', (error: Error) => log.error({ reason: error.message }, 'Redis'))
  await client.connect()
  return { store: new RedisStore({ client, prefix: 'session:' }), secret, close: () => client.close() }
}

/** Creates the session middleware. */
export function sessions({ store, secret }: SessionStorage, secure: boolean): RequestHandler {
  if (secure && !secret) throw new Error('Set SESSION_SECRET: it signs the session cookie')
  const middleware = session({
    store,
    secret: secret ?? randomBytes(32).toString('hex'),
    name: secure ? '__Host-session' : 'session',
    // Not "strict": the browser must send the cookie when it comes back from One Login.
    cookie: { httpOnly: true, sameSite: 'lax', secure },
    resave: false,
    saveUninitialized: false,
  })
  const failure = (cause: unknown) =>
    Object.assign(new Error('the session store failed', { cause }), { status: 503 })
  return (req, res, next) => middleware(req, res, (cause?: unknown) => next(cause && failure(cause)))
}
