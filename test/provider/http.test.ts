import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createHttp, type HttpSettings } from '../../lib/provider/http.ts'
import { json, startScriptedServer, text, type Responder } from '../support/scripted-server.ts'
import { expectRefused, refusalOf } from '../support/refusal.ts'

const { name, version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as Record<'name' | 'version', string>
const mebibyte = 1024 * 1024

function httpWith(settings: Partial<HttpSettings> = {}) {
  return createHttp({ timeout: 5, environment: { allowInsecureRequests: true }, ...settings })
}

/** Calls a server with this response. */
async function callTo(response: Responder, settings?: Partial<HttpSettings>) {
  await using server = await startScriptedServer(response)
  return await httpWith(settings)(`${server.url}/path?secret=SECRET`)
}

describe('a call', () => {
  it('[CONF-5] has the name and version of this package', async () => {
    await using server = await startScriptedServer(json({}))
    const http = httpWith()
    await http(server.url)
    await http(server.url, { method: 'POST', body: 'a=b', headers: { accept: 'text/plain' } })
    await http(server.url, { headers: { 'user-agent': 'another/1' } })
    const agents = server.requests.map(({ headers }) => headers['user-agent'])
    expect(agents).toEqual(Array(3).fill(`${name}/${version}`))
    expect(agents[0]).toMatch(/^[a-z-]+\/\d+\.\d+\.\d+/)
  })

  it('[CONF-5] has the address of the service in brackets', async () => {
    await using server = await startScriptedServer(json({}))
    await httpWith({ serviceURL: 'https://tax-your-dragon.service.gov.uk' })(server.url)
    expect(server.requests[0]?.headers['user-agent']).toBe(
      `${name}/${version} (https://tax-your-dragon.service.gov.uk)`,
    )
  })

  it('[UI-1] is a GET by default', async () => {
    await using server = await startScriptedServer(json({}))
    await httpWith()(`${server.url}/a?b=c`, { headers: { authorization: 'Bearer x' } })
    expect(server.requests).toMatchObject([
      { method: 'GET', url: '/a?b=c', body: '', headers: { authorization: 'Bearer x' } },
    ])
  })

  it.each([
    ['text', 'naïve=1'],
    ['a form', new URLSearchParams({ naïve: '1' })],
  ])('[CB-10] has a body as %s, with its length in bytes', async (_what, body) => {
    await using server = await startScriptedServer(json({}))
    await httpWith()(server.url, { method: 'POST', body })
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        body: body.toString(),
        headers: { 'content-length': String(Buffer.byteLength(body.toString())) },
      },
    ])
  })

  it('[UI-3] is rejected if it has a character that no header can contain', async () => {
    await using server = await startScriptedServer(json({}))
    const call = httpWith()(server.url, { headers: { authorization: 'Bearer SECRET\r\nx: y' } })
    const error = await expectRefused(call, 'provider_answer_invalid', /invalid HTTP response/)
    expect(JSON.stringify([error.message, error.cause, error.stack])).not.toContain('SECRET')
    expect(server.requests).toEqual([])
  })
})

describe('a response', () => {
  it('[UI-3] has its status, headers and body', async () => {
    const response = await callTo(json({ a: 'é' }, { 'cache-control': 'max-age=5' }))
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('max-age=5')
    expect(await response.json()).toEqual({ a: 'é' })
  })

  it('[UI-3] has one text for a header that it repeats, and null for one that it does not have', async () => {
    const response = await callTo((server) => {
      server.setHeader('Cache-Control', ['private', 'max-age=5']).end()
    })
    expect(response.headers.get('CACHE-CONTROL')).toBe('private, max-age=5')
    expect(response.headers.get('age')).toBeNull()
  })

  it('[CB-11] is what openid-client takes for a Response, and can be read again after a copy was read', async () => {
    const response = await callTo(json({ a: 1 }))
    expect(Object.prototype.toString.call(response)).toBe('[object Response]')
    expect(await response.clone().json()).toEqual({ a: 1 })
    expect(response.bodyUsed).toBe(false)
    expect(await response.text()).toBe('{"a":1}')
  })

  it.each([201, 400, 401, 403, 404, 429, 500, 503, 999])(
    '[UI-3] is returned whatever its status: %i',
    async (status) => {
      expect(await callTo(text('', {}, status))).toMatchObject({ status })
    },
  )

  it.each([204, 205, 304])('[UI-3] has no body if its status has none: %i', async (status) => {
    const response = await callTo(text('', {}, status))
    expect(response.status).toBe(status)
    expect(await response.text()).toBe('')
  })

  it.each([301, 302, 303, 307, 308])('[CONF-6] is returned if it is a redirect: %i', async (status) => {
    await using other = await startScriptedServer(json({}))
    expect(await callTo(text('', { location: other.url }, status))).toMatchObject({ status })
    expect(other.requests).toEqual([])
  })

  it('[CONF-6] of 1 MiB is read', async () => {
    const response = await callTo(text('x'.repeat(mebibyte)))
    expect(await response.text()).toHaveLength(mebibyte)
  })

  it('[CONF-6] of more than 1 MiB is cut off', async () => {
    const error = await expectRefused(
      callTo(text('x'.repeat(mebibyte + 1))),
      'provider_answer_invalid',
      /is over 1 MiB/,
    )
    expect(error.message).not.toContain('SECRET')
  })

  it('[CONF-6] without end is cut off', async () => {
    let closed = () => undefined as unknown
    const ended = new Promise((resolve) => (closed = () => resolve('closed')))
    const endless: Responder = (response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      response.on('close', closed)
      more()
    }
    await using server = await startScriptedServer(endless)
    await expectRefused(httpWith()(server.url), 'provider_answer_invalid', /over 1 MiB/)
    expect(await ended).toBe('closed')
  })
})

describe('time', () => {
  const hang: Responder = () => undefined
  const headersOnly: Responder = (response) =>
    response.writeHead(200, { 'content-length': '10' }).flushHeaders()
  const drip: Responder = (response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => {
      clearInterval(timer)
    })
  }

  it.each([
    ['that never arrives', hang],
    ['whose body never arrives', headersOnly],
    ['that arrives byte by byte', drip],
  ])('[CONF-6] runs out for a response %s', async (_what, response) => {
    const error = await expectRefused(
      callTo(response, { timeout: 0.15 }),
      'provider_timeout',
      /^One Login did not respond within 0\.15 s: GET http:\/\/127\.0\.0\.1:\d+\/path\. If this continues, check/,
    )
    expect(error).toMatchObject({ status: 504, retryable: true })
  })

  it('[CONF-6] that ran out frees the connection', async () => {
    let closed = () => undefined as unknown
    const ended = new Promise((resolve) => (closed = () => resolve('closed')))
    await using server = await startScriptedServer((response) => response.on('close', closed))
    await refusalOf(httpWith({ timeout: 0.1 })(server.url))
    expect(await ended).toBe('closed')
  })

  it('[CONF-6] is not spent on a call that ended', async () => {
    await using server = await startScriptedServer(json({}))
    const before = timersAlive()
    await httpWith({ timeout: 60 })(server.url)
    expect(timersAlive()).toBeLessThanOrEqual(before)
  })
})

function timersAlive(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}

describe('a provider out of reach', () => {
  it.each<[string, Responder]>([
    ['resets the connection', (response) => response.socket?.resetAndDestroy()],
    ['closes the connection', (response) => response.destroy()],
    [
      'breaks off in the middle',
      (response) => {
        response.writeHead(200, { 'content-length': '10' })
        response.write('half', () => response.destroy())
      },
    ],
    [
      'breaks off in the middle of a chunked response',
      (response) => {
        response.writeHead(200)
        response.write('half', () => response.destroy())
      },
    ],
    ['does not speak HTTP', (response) => response.socket?.end('SMTP ready\r\n\r\n')],
    ['sends headers without end', text('', { 'x-long': 'x'.repeat(70_000) })],
  ])('[CONF-4, UI-3] becomes a typed error when it %s', async (_what, response) => {
    const error = await expectRefused(
      callTo(response),
      'provider_unreachable',
      /^Could not connect to One Login: GET http:\/\/127\.0\.0\.1:\d+\/path\. If this continues, check/,
    )
    expect(error).toMatchObject({ status: 503, retryable: true })
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('[CONF-4] becomes a typed error if no server listens', async () => {
    const server = await startScriptedServer(json({}))
    await server[Symbol.asyncDispose]()
    const error = await expectRefused(httpWith()(server.url), 'provider_unreachable', /Could not connect/)
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('[CONF-7] includes one that uses plain http instead of https', async () => {
    await using server = await startScriptedServer(json({}))
    await expectRefused(
      httpWith()(server.url.replace('http:', 'https:')),
      'provider_unreachable',
      /^Could not connect to One Login: GET https:/,
    )
    expect(server.requests).toEqual([])
  })
})

describe('plain http', () => {
  it('[CONF-7] is not used if it is not allowed', async () => {
    await using server = await startScriptedServer(json({}))
    const http = httpWith({ environment: { allowInsecureRequests: false } })
    await expectRefused(http(server.url), 'provider_answer_invalid', /is not https, so it was not called/)
    expect(server.requests).toEqual([])
  })

  it.each(['http://192.0.2.1/', 'http://op.example/', 'ftp://127.0.0.1/'])(
    '[CONF-7] is not used with %s, even if it is allowed',
    async (url) => {
      await expectRefused(httpWith()(url), 'provider_answer_invalid', /is not https, so it was not called/)
    },
  )
})
