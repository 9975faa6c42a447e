// Signs users in as fast as a number of browsers together can.
import * as http from 'node:http'

/** The result of a round of sign-ins. */
export interface Round {
  readonly seconds: number
  /** The duration of each callback in milliseconds, sorted. */
  readonly callbacks: readonly number[]
}

/** Signs users in `count` times, with `users` at once. */
export async function drive(app: string, count: number, users: number): Promise<Round> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: users })
  const callbacks: number[] = []
  let left = count
  const start = performance.now()
  await Promise.all(
    Array.from({ length: users }, async () => {
      while (left-- > 0) callbacks.push((await signIn(app, agent)).milliseconds)
    }),
  )
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  return { seconds, callbacks: callbacks.sort((a, b) => a - b) }
}

/** Signs a user in. Returns the duration of the callback and the cookie of the session. */
export async function signIn(
  app: string,
  agent: http.Agent,
): Promise<{ milliseconds: number; session: string }> {
  const started = await get(`${app}/sign-in`, agent)
  const { searchParams } = new URL(started.location)
  const request = searchParams.get('request')
  const parameters = request
    ? (JSON.parse(Buffer.from(request.split('.')[1] ?? '', 'base64url').toString()) as {
        state: string
        nonce: string
      })
    : { state: searchParams.get('state') ?? '', nonce: searchParams.get('nonce') ?? '' }
  const before = performance.now()
  const callback = `${app}/callback?code=${parameters.nonce}&state=${parameters.state}`
  const finished = await get(callback, agent, started.cookie)
  if (finished.location !== '/' || !finished.cookie)
    throw new Error(`A sign-in failed with status ${finished.status}: ${finished.body}`)
  return { milliseconds: performance.now() - before, session: finished.session }
}

export async function get(url: string, agent: http.Agent, cookie = '') {
  return new Promise<{ status: number; location: string; cookie: string; session: string; body: string }>(
    (resolve, reject) => {
      http
        .get(url, { agent, headers: { cookie, accept: 'text/html' } }, (response) => {
          let body = ''
          response.on('data', (chunk: Buffer) => (body += chunk.toString()))
          response.on('end', () => {
            const cookies = (response.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '')
            resolve({
              status: response.statusCode ?? 0,
              location: response.headers.location ?? '',
              cookie: cookies[0] ?? '',
              session: cookies.find((cookie) => cookie.startsWith('connect.sid=')) ?? '',
              body,
            })
          })
        })
        .on('error', reject)
    },
  )
}
