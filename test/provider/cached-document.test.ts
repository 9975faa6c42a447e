import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  CachedDocument,
  type DocumentObserver,
  type DocumentSource,
} from '../../lib/provider/cached-document.ts'
import { createHttp } from '../../lib/provider/http.ts'
import {
  json,
  startScriptedServer,
  text,
  type Responder,
  type ScriptedServer,
} from '../support/scripted-server.ts'
import { expectRefused, refusalOf } from '../support/refusal.ts'

const environment = { allowInsecureRequests: true }
const http = createHttp({ timeout: 5, environment })
const impatientHttp = createHttp({ timeout: 0.5, environment })

let server: ScriptedServer

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  server = await startScriptedServer(copy('first'))
})
afterEach(async () => {
  vi.useRealTimers()
  await server[Symbol.asyncDispose]()
})

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

/** A good document, fresh for an hour. */
function copy(
  content: string,
  headers: Record<string, string> = { 'cache-control': 'max-age=3600' },
): Responder {
  return json({ content }, headers)
}

function documentOf(parts: Partial<DocumentSource<string>> = {}): CachedDocument<string> {
  return new CachedDocument({
    http,
    name: 'JWKS',
    url: () => `${server.url}/jwks`,
    parse: (json) => {
      const { content } = json as { content?: unknown }
      if (typeof content !== 'string') throw new Error('it has no content')
      return content
    },
    ...parts,
  })
}

/** A document that was downloaded once. */
async function knownDocument(parts?: Partial<DocumentSource<string>>): Promise<CachedDocument<string>> {
  const document = documentOf(parts)
  expect(await document.get()).toBe('first')
  return document
}

const manyAtOnce = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: 100 }, work))

const hang: Responder = () => undefined

const failures: [string, Responder][] = [
  ['status 500', text('', {}, 500)],
  ['status 503 with HTML', text('<html>', { 'content-type': 'text/html' }, 503)],
  ['status 429', text('', { 'retry-after': '1' }, 429)],
  ['status 403', text('', {}, 403)],
  ['status 404', text('', {}, 404)],
  ['status 204', text('', {}, 204)],
  ['a redirect', text('', { location: 'https://elsewhere.example/' }, 302)],
  ['HTML', text('<html>', { 'content-type': 'text/html' })],
  ['half of its JSON', text('{"content":"sec')],
  ['nothing', text('')],
  ['null', text('null')],
  ['content that cannot be used', json({ keys: [] })],
  ['more than 1 MiB', text(JSON.stringify({ content: 'x'.repeat(1_100_000) }))],
  ['a reset', (response) => response.socket?.resetAndDestroy()],
  ['a hanging connection', hang],
]

describe('downloads', () => {
  it('[CONF-3] do not happen when the document is created', async () => {
    documentOf()
    await new Promise((resolve) => setImmediate(resolve))
    expect(server.requests).toEqual([])
  })

  it('[CONF-3] happen once, however many callers wait', async () => {
    const document = documentOf()
    expect(new Set(await manyAtOnce(() => document.get()))).toEqual(new Set(['first']))
    expect(server.requests).toMatchObject([
      { method: 'GET', url: '/jwks', headers: { accept: 'application/json' } },
    ])
  })

  it('[CONF-3] do not happen while the copy is fresh', async () => {
    const downloads = vi.fn(() => `${server.url}/jwks`)
    const document = await knownDocument({ url: downloads })
    await manyAtOnce(() => document.get())
    pass(3600 * 0.9 - 1)
    await manyAtOnce(() => document.get())
    expect(downloads).toHaveBeenCalledOnce()
    pass(1)
    await document.get()
    expect(downloads).toHaveBeenCalledTimes(2)
  })

  it('[CONF-3] happen once when it has expired, however many wait, and all get the new content', async () => {
    const document = await knownDocument()
    server.respondWith(copy('second'))
    pass(3600)
    expect(new Set(await manyAtOnce(() => document.get()))).toEqual(new Set(['second']))
    expect(server.requests).toHaveLength(2)
  })

  it('[CONF-3] are one, if a download in the background has begun', async () => {
    const document = documentOf()
    const warmUp = document.warmUp()
    expect(new Set(await manyAtOnce(() => document.get()))).toEqual(new Set(['first']))
    expect(await warmUp).toBe(true)
    expect(await document.warmUp()).toBe(true)
    expect(server.requests).toHaveLength(1)
  })

  it.each(failures.slice(0, -1))(
    '[CONF-4] are tried again after a failure in the background: %s',
    async (_name, failure) => {
      const document = documentOf()
      server.respondWith(failure)
      const warmUp = document.warmUp()
      const waiting = document.get()
      const both = Promise.allSettled([warmUp, waiting])
      expect(await both).toMatchObject([
        { value: false },
        { reason: { message: expect.stringMatching(/JWKS|One Login/) as string } },
      ])
      server.respondWith(copy('second'))
      expect(await document.get()).toBe('second')
    },
  )

  it('[CONF-4, CONF-12] in the background count for no pause if they fail', async () => {
    const document = documentOf()
    server.respondWith(text('', {}, 503))
    expect(await document.warmUp()).toBe(false)
    await refusalOf(document.get())
    server.respondWith(copy('first'))
    expect(await document.get()).toBe('first')
  })

  it('[CONF-12] in the background are waited for, also in the pause after 2 failures', async () => {
    const document = documentOf()
    server.respondWith(text('', {}, 503))
    await refusalOf(document.get())
    await refusalOf(document.get())
    server.respondWith(copy('first'))
    const warmUp = document.warmUp()
    expect(await document.get()).toBe('first')
    expect(await warmUp).toBe(true)
  })

  it('[CONF-1] use the current address of the document', async () => {
    let path = '/old'
    const document = await knownDocument({ url: () => Promise.resolve(server.url + path) })
    path = '/new'
    pass(3600)
    await document.get()
    expect(server.requests.map(({ url }) => url)).toEqual(['/old', '/new'])
  })
})

describe('freshness', () => {
  const day = 86_400
  it.each([
    [60, { 'cache-control': 'max-age=60' }],
    [3600, { 'cache-control': 'max-age=3600, private' }],
    [600, { 'cache-control': 'public,s-maxage=10,max-age=600' }],
    [60, { 'cache-control': 'Public, Max-Age="60"' }],
    [600, { 'cache-control': 'max-age=3600', age: '3000' }],
    [3600, { 'cache-control': 'max-age=3600', age: 'yesterday' }],
    [3600, { 'cache-control': 'max-age=3600', age: '-50' }],
    [day, { 'cache-control': 'max-age=86400' }],
    [day, { 'cache-control': 'max-age=9999999999' }],
    [300, {}],
    [300, { 'cache-control': 'private' }],
    [300, { 'cache-control': 'max-age=soon' }],
  ])('[CONF-3] lasts %i seconds with %j', async (seconds, headers) => {
    server.respondWith(copy('first', headers))
    const [before, after] = [await knownDocument(), await knownDocument()]
    server.respondWith(copy('second'))
    pass(seconds - 1)
    expect(await before.get()).toBe('first')
    pass(1)
    expect(await after.get()).toBe('second')
  })

  it.each([
    { 'cache-control': 'no-store' },
    { 'cache-control': 'no-cache, max-age=3600' },
    { 'cache-control': 'max-age=0' },
    { 'cache-control': 'max-age=60', age: '61' },
  ])('[CONF-3] does not last at all with %j', async (headers) => {
    server.respondWith(copy('first', headers))
    const document = await knownDocument()
    server.respondWith(copy('second'))
    expect(await document.get()).toBe('second')
  })
})

describe('shortly before it expires', () => {
  it('[CONF-3] is refreshed while requests continue with the old copy', async () => {
    const document = await knownDocument()
    let release = () => undefined as unknown
    server.respondWith((response, request) => (release = () => copy('second')(response, request)))
    pass(3600 * 0.9)
    expect(new Set(await manyAtOnce(() => document.get()))).toEqual(new Set(['first']))
    await vi.waitFor(() => {
      expect(server.requests).toHaveLength(2)
    })
    release()
    await vi.waitFor(async () => {
      expect(await document.get()).toBe('second')
    })
    expect(server.requests).toHaveLength(2)
  })

  it('[CONF-4] continues with the old copy if that fails, also after its expiry', async () => {
    const refreshFailed = vi.fn()
    const document = await knownDocument({ observer: { refreshFailed } })
    server.respondWith(text('', {}, 500))
    pass(3600 * 0.9)
    expect(await document.get()).toBe('first')
    await vi.waitFor(() => {
      expect(refreshFailed).toHaveBeenCalledOnce()
    })
    pass(7200)
    expect(await document.get()).toBe('first')
  })
})

describe('an outage', () => {
  it.each(failures)('[CONF-4, CONF-8] of %s leaves the last good copy in use', async (_what, failure) => {
    const document = await knownDocument(failure === hang ? { http: impatientHttp } : {})
    server.respondWith(failure)
    pass(3600)
    expect(new Set(await manyAtOnce(() => document.get()))).toEqual(new Set(['first']))
    pass(86_400 * 30)
    expect(await document.get()).toBe('first')
    server.respondWith(copy('second'))
    pass(30)
    expect(await document.get()).toBe('second')
  })

  it('[CONF-4] stops downloads for half a minute after each failure', async () => {
    const document = await knownDocument()
    server.respondWith(text('', {}, 503))
    pass(3600)
    await document.get()
    expect(server.requests).toHaveLength(2)
    pass(29)
    expect(new Set(await manyAtOnce(() => document.get()))).toEqual(new Set(['first']))
    expect(server.requests).toHaveLength(2)
    pass(1)
    await manyAtOnce(() => document.get())
    expect(server.requests).toHaveLength(3)
  })

  it.each(failures)(
    '[CONF-4] of %s at the start fails all callers, and ends when it ends',
    async (what, failure) => {
      const document = documentOf(failure === hang ? { http: impatientHttp } : {})
      server.respondWith(failure)
      const errors = await manyAtOnce(() => refusalOf(document.get()))
      expect(new Set(errors).size).toBe(1)
      // CONF-11: a request on a reset connection is sent once more.
      expect(server.requests).toHaveLength(what === 'a reset' ? 2 : 1)
      expect(errors[0]?.message).not.toMatch(/html|sec$/)
      server.respondWith(copy('first'))
      expect(await document.get()).toBe('first')
    },
  )

  it.each(failures)(
    '[CONF-12] of %s at the start is followed by a pause of a second, if it happens twice',
    async (what, failure) => {
      const document = documentOf(failure === hang ? { http: impatientHttp } : {})
      server.respondWith(failure)
      await refusalOf(document.get())
      const error = await refusalOf(document.get())
      const downloads = server.requests.length
      expect(downloads).toBe(what === 'a reset' ? 4 : 2)
      server.respondWith(copy('first'))
      pass(0.9)
      for (let visitor = 0; visitor < 200; visitor++)
        expect(await refusalOf(visitor % 2 ? document.get() : document.getAfterMiss())).toBe(error)
      expect(server.requests).toHaveLength(downloads)
      pass(0.1)
      expect(await document.get()).toBe('first')
    },
  )

  it('[CONF-12] causes a handful of downloads for 200 visitors who arrive in 4 seconds, one after the other', async () => {
    const document = documentOf()
    server.respondWith(text('', {}, 429))
    for (let visitor = 0; visitor < 200; visitor++) {
      await refusalOf(document.get())
      pass(0.02)
    }
    expect(server.requests).toHaveLength(5)
  })

  it.each([
    [500, 'provider_unreachable'],
    [503, 'provider_unreachable'],
    [429, 'provider_unreachable'],
    [403, 'provider_document_unusable'],
    [404, 'provider_document_unusable'],
    [302, 'provider_document_unusable'],
    [204, 'provider_document_unusable'],
  ] as const)('[CONF-4] with status %i is reported as %s', async (status, code) => {
    server.respondWith(text('', {}, status))
    await expectRefused(
      documentOf().get(),
      code,
      new RegExp(`^Could not download One Login's JWKS: ${server.url}/jwks returned status ${status}\\.`),
    )
  })

  it.each([
    ['it is not JSON', text('{')],
    ['it has no content', json({})],
  ])('[CONF-8] says what is unusable: %s', async (reason, response) => {
    server.respondWith(response)
    await expectRefused(
      documentOf().get(),
      'provider_document_unusable',
      new RegExp(`^One Login's JWKS at ${server.url}/jwks is not valid: ${reason}\\.`),
    )
  })

  it('[CONF-8] includes a document that takes time to be found unusable', async () => {
    let good = true
    const document = await knownDocument({
      parse: () => (good ? Promise.resolve('first') : Promise.reject(new Error('it holds no key'))),
    })
    good = false
    pass(3600)
    expect(await document.get()).toBe('first')
  })

  it('[CONF-4] includes an unknown address', async () => {
    const where = vi.fn(() => Promise.resolve(server.url))
    const document = await knownDocument({ url: where })
    where.mockRejectedValueOnce(new Error('no discovery'))
    pass(3600)
    expect(await document.get()).toBe('first')
    expect(server.requests).toHaveLength(1)
  })
})

describe('after a missing item, the document', () => {
  it('[IDT-1] is downloaded once more, however many callers miss something', async () => {
    const document = await knownDocument()
    server.respondWith(copy('second'))
    expect(new Set(await manyAtOnce(() => document.getAfterMiss()))).toEqual(new Set(['second']))
    expect(server.requests).toHaveLength(2)
  })

  it('[IDT-1] is then not downloaded for half a minute', async () => {
    const document = await knownDocument()
    await document.getAfterMiss()
    pass(29)
    await manyAtOnce(() => document.getAfterMiss())
    expect(server.requests).toHaveLength(2)
    pass(1)
    await document.getAfterMiss()
    expect(server.requests).toHaveLength(3)
  })

  it('[CONF-4] is the last good copy if it is unavailable', async () => {
    const document = await knownDocument()
    server.respondWith(text('', {}, 500))
    expect(await document.getAfterMiss()).toBe('first')
    expect(await document.getAfterMiss()).toBe('first')
    expect(server.requests).toHaveLength(2)
  })

  it('[CONF-4] fails if there never was a copy and it is unavailable', async () => {
    server.respondWith(text('', {}, 500))
    const document = documentOf()
    await expectRefused(document.getAfterMiss(), 'provider_unreachable', /status 500/)
    server.respondWith(copy('first'))
    expect(await document.get()).toBe('first')
  })

  it('[IDT-1] waits for the running download', async () => {
    const document = documentOf()
    expect(await Promise.all([document.get(), document.getAfterMiss(), document.get()])).toEqual(
      Array(3).fill('first'),
    )
    expect(server.requests).toHaveLength(1)
  })
})

describe('the listener', () => {
  it('[CONF-3, CONF-4] receives each download and each failure', async () => {
    const observer = { refreshed: vi.fn(), refreshFailed: vi.fn() } satisfies DocumentObserver
    const document = await knownDocument({ observer })
    expect(observer.refreshed.mock.calls).toEqual([[`${server.url}/jwks`]])
    server.respondWith(text('', {}, 500))
    pass(3600)
    await document.get()
    expect(observer.refreshFailed.mock.calls).toMatchObject([
      [`${server.url}/jwks`, { code: 'provider_unreachable' }],
    ])
    expect(observer.refreshed).toHaveBeenCalledOnce()
  })
})

describe('a listener for one kind of result', () => {
  it.each<[string, DocumentObserver]>([
    ['downloads', { refreshed: vi.fn() }],
    ['failures', { refreshFailed: vi.fn() }],
    ['nothing', {}],
  ])('[CONF-3, CONF-4] gets %s', async (_kind, observer) => {
    server.respondWith(text('', {}, 503))
    const document = documentOf({ observer })
    await expectRefused(document.get(), 'provider_unreachable', /status 503/)
    server.respondWith(copy('first'))
    expect(await document.get()).toBe('first')
    for (const listener of Object.values(observer)) expect(listener).toHaveBeenCalledOnce()
  })
})

describe('after the clock of the machine was put back', () => {
  it('[CONF-3] is refreshed at once, and then as always', async () => {
    const document = await knownDocument()
    server.respondWith(copy('second'))
    pass(-1)
    await document.get()
    await vi.waitFor(async () => {
      expect(await document.get()).toBe('second')
    })
    expect(await document.get()).toBe('second')
    expect(server.requests).toHaveLength(2)
  })

  it('[IDT-1] is downloaded for a key that it does not hold, although it was a moment ago', async () => {
    const document = await knownDocument()
    await document.getAfterMiss()
    server.respondWith(copy('second'))
    pass(-1)
    expect(await document.getAfterMiss()).toBe('second')
    await document.getAfterMiss()
    expect(server.requests).toHaveLength(3)
  })
})
