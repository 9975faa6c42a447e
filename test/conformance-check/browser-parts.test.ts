import { createServer, type RequestListener } from 'node:http'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { isAllowed } from '../../lib/cli/conformance/allowed-hosts.ts'
import { Browser, type BrowserSettings } from '../../lib/cli/conformance/browser/browser.ts'
import { CookieJar } from '../../lib/cli/conformance/browser/cookie-jar.ts'
import { pressed } from '../../lib/cli/conformance/browser/form.ts'
import { attributeOf, headingsOf, textOf, textsOf } from '../../lib/cli/conformance/browser/html.ts'
import { call } from '../../lib/cli/conformance/browser/http-call.ts'
import { describePage, redirectOf } from '../../lib/cli/conformance/browser/page.ts'
import { isListening } from '../../lib/cli/conformance/listening.ts'
import { listen } from '../support/listen.ts'

afterEach(() => {
  vi.useRealTimers()
})

async function serve(handler: RequestListener): Promise<string> {
  const listening = await listen(createServer(handler))
  onTestFinished(() => listening[Symbol.asyncDispose]())
  return listening.url
}

describe('the HTML that the check reads', () => {
  it.each([
    ['<p>one <b>two</b>\n three</p>', 'one two three'],
    ['a&amp;b &lt;c&gt; &quot;d&quot; &apos;e&apos;', 'a&b <c> "d" \'e\''],
    ['a&nbsp;b', 'a b'],
    ['&AMP;', '&'],
    ['&#65;&#x42;&#x4a;', 'ABJ'],
    ['&unknown; &#0; &#1114111; &#1114112;', '&unknown; &#0; \u{10ffff} &#1114112;'],
  ])('[CHK-1] %j is the text %j', (html, text) => {
    expect(textOf(html)).toBe(text)
  })

  it('[CHK-1] has texts of at least 2 characters, without comments, scripts, styles and templates', () => {
    const html =
      '<!-- no --><script>no</script ><STYLE>no</STYLE><template><p>no</p></template><p>yes</p> <i>a</i><b>ok</b>'
    expect(textsOf(html)).toEqual(['yes', 'ok'])
  })

  it('[CHK-1] has headings of 2 levels', () => {
    const html =
      '<h1 class="x">One</h1><H2>Two <b>more</b></H2 ><h3>Three</h3><h1> </h1><script><h1>no</h1></script>'
    expect(headingsOf(html)).toEqual(['One', 'Two more'])
  })

  it.each([
    ['<a href="/x">', 'href', '/x'],
    ["<a href='/x'>", 'href', '/x'],
    ['<a href=/x>', 'href', '/x'],
    ['<a HREF = "/x">', 'href', '/x'],
    ['<a href="/?a=1&amp;b=2">', 'href', '/?a=1&b=2'],
    ['<input checked>', 'checked', ''],
    ['<input checked/>', 'checked', ''],
    ['<a data-href="/x">', 'href', undefined],
    ['<a hrefs="/x">', 'href', undefined],
    ['<a>', 'href', undefined],
  ])('[CHK-1] %s has the attribute %s: %s', (tag, name, value) => {
    expect(attributeOf(tag, name)).toBe(value)
  })
})

describe('a button or link that the check presses', () => {
  const url = 'http://127.0.0.1/a/b?c=d'
  const press = (body: string, text = 'Go') => pressed({ body, url }, text)

  it.each([
    [
      'a form that is sent by GET',
      '<form action="/x?y=z"><input name="a" value="1"><button>Go on</button></form>',
      { method: 'GET', url: 'http://127.0.0.1/x?a=1' },
    ],
    [
      'a form that is sent by POST, with the name of its button',
      '<FORM method=POST action="/x"><input name="a" value="1"><button name="b" value="2">Go</button></FORM>',
      { method: 'POST', url: 'http://127.0.0.1/x', body: 'a=1&b=2' },
    ],
    [
      'a form without an action',
      '<form method="post"><button name="b">Go</button></form>',
      { method: 'POST', url, body: 'b=' },
    ],
    [
      'a form with an empty action and an input as its button',
      '<form method="post" action=""><input type="submit" value="Go"></form>',
      { method: 'POST', url, body: '' },
    ],
    [
      'a form with an image as its button',
      '<form method="post"><input type="IMAGE" value="Go" name="i"></form>',
      { method: 'POST', url, body: 'i=Go' },
    ],
    [
      'the second form, because its button has the text',
      '<form action="/1"><button>No</button></form><form action="/2"><button>Go</button></form>',
      { method: 'GET', url: 'http://127.0.0.1/2' },
    ],
    [
      'the fields that a browser sends, and no others',
      '<form method="post"><input name="t" value="1"><input type="hidden" name="h" value="2"><input type="checkbox" name="c1" value="3"><input type="checkbox" name="c2" value="4" checked><input type="radio" name="r1" value="5" checked><input type="radio" name="r2" value="6"><input type="reset" name="x1"><input type="file" name="x2"><input type="button" name="x3"><input type="submit" name="x4"><input value="7"><input name="e"><button>Go</button></form>',
      { method: 'POST', url, body: 't=1&h=2&c2=4&r1=5&e=' },
    ],
    ['a link', '<a href="c">Go</a>', { method: 'GET', url: 'http://127.0.0.1/a/c' }],
    [
      'the second link, because the first leads nowhere',
      '<a>Go</a><a href="http://[">Go</a><a href="/2">Go</a>',
      { method: 'GET', url: 'http://127.0.0.1/2' },
    ],
    [
      'a button before a link',
      '<a href="/1">Go</a><form action="/2"><button>Go</button></form>',
      { method: 'GET', url: 'http://127.0.0.1/2' },
    ],
  ])('[CHK-1] is %s', (_what, body, request) => {
    const { url: address = '', ...rest } = press(body) ?? {}
    expect({ ...rest, url: address.replace(/\?$/, '') }).toEqual(request)
  })

  it.each(['<button>Go</button>', '<a href="/">Stop</a>', '<form><button>Stop</button></form>', 'Go'])(
    '[CHK-1] is not in %s',
    (body) => {
      expect(press(body)).toBeUndefined()
    },
  )
})

describe('the redirects that the check follows', () => {
  const page = (status: number, location?: string, body = '', type = 'text/html') => ({
    method: 'GET',
    url: 'http://127.0.0.1/a',
    status,
    headers: { 'content-type': type, ...(location !== undefined && { location }) },
    body,
  })
  const refresh = (content: string) => `<meta http-equiv="refresh" content="${content}">`

  it.each([
    [299, '/x', undefined],
    [300, '/x', 'http://127.0.0.1/x'],
    [302, 'x', 'http://127.0.0.1/x'],
    [399, 'https://a.example/', 'https://a.example/'],
    [400, '/x', undefined],
    [302, 'http://[', undefined],
    [302, undefined, undefined],
  ])('[CHK-1] status %i with the location %s leads to %s', (status, location, next) => {
    expect(redirectOf(page(status, location))).toBe(next)
  })

  it.each([
    [refresh('0;url=/x'), 'http://127.0.0.1/x'],
    [refresh(' 5 , URL = &quot;/x&quot;'), 'http://127.0.0.1/x'],
    [refresh('6;url=/x'), undefined],
    [refresh('0'), undefined],
    [refresh('x0;url=/x'), undefined],
    ['<meta content="0;url=/x">', undefined],
    ["<META charset=utf-8 HTTP-EQUIV='refresh' content='1;url=/y'>", 'http://127.0.0.1/y'],
  ])('[CHK-1] the page %s leads to %s', (body, next) => {
    expect(redirectOf(page(200, undefined, body))).toBe(next)
  })

  it('[CHK-1] text that is not HTML leads nowhere', () => {
    expect(redirectOf(page(200, undefined, refresh('0;url=/x'), 'text/plain'))).toBeUndefined()
  })

  it.each([
    [undefined, '/a returned status 200'],
    ['refused', '/a refused the connection'],
    ['cut', '/a closed the connection without a response'],
    ['timeout', '/a did not respond in time'],
  ] as const)('[CHK-3] describes a page with the failure %s', (failure, words) => {
    const shown = { ...page(200), url: 'http://127.0.0.1/a?code=secret', ...(failure && { failure }) }
    expect(describePage(shown)).toBe(words)
  })
})

describe('the cookies of the check', () => {
  const url = (path = '/') => new URL(`http://127.0.0.1${path}`)
  const jarWith = (...cookies: string[]) => {
    const jar = new CookieJar()
    for (const cookie of cookies) jar.store('host', url('/a/b'), cookie)
    return jar
  }
  const sent = (jar: CookieJar, path = '/', isCrossSite = false) => jar.header('host', url(path), isCrossSite)

  it.each([
    ['a=1', '/a', 'a=1'],
    ['a=1', '/a/c', 'a=1'],
    ['a=1', '/ab', ''],
    ['a=1', '/', ''],
    ['a=1; Path=/', '/', 'a=1'],
    ['a=1; path=/x/', '/x/y', 'a=1'],
    ['a=1; path=/x/', '/x', ''],
    ['a=1; path=/x', '/x', 'a=1'],
    ['a=1; path=/x', '/xy', ''],
    ['a=1; path=x', '/a/c', 'a=1'],
    ['a=b=c; path=/', '/', 'a=b=c'],
    [' a = 1 ; path=/', '/', 'a=1'],
    ['=1; path=/', '/', ''],
    ['a; path=/', '/', ''],
    ['', '/', ''],
    ['a=1; path=/; Max-Age=0', '/', ''],
    ['a=1; path=/; max-age=-1', '/', ''],
    ['a=1; path=/; max-age=1', '/', 'a=1'],
    ['a=1; path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', '/', ''],
    ['a=1; path=/; expires=Fri, 01 Jan 2100 00:00:00 GMT', '/', 'a=1'],
    ['a=1; path=/; max-age=1; expires=Thu, 01 Jan 1970 00:00:00 GMT', '/', 'a=1'],
    ['a=1; path=/; expires=sometime', '/', 'a=1'],
  ])('[CHK-1] "%s" set at /a/b is sent to %s as "%s"', (cookie, path, header) => {
    expect(sent(jarWith(cookie), path)).toBe(header)
  })

  it('[CHK-1] replace and delete those with the same name and path', () => {
    expect(sent(jarWith('a=1; path=/', 'b=2; path=/', 'a=3; path=/'))).toBe('b=2; a=3')
    expect(sent(jarWith('a=1; path=/', 'b=2; path=/', 'a=; path=/'))).toBe('b=2')
    expect(sent(jarWith('a=1; path=/', 'a=2; path=/x'), '/x')).toBe('a=1; a=2')
    expect(sent(jarWith('a=1; path=/', 'a=x; path=/; max-age=0'))).toBe('')
  })

  it('[CHK-1] that are strict are not sent from another site', () => {
    const jar = jarWith('s=1; path=/; SameSite=Strict', 'l=2; path=/; samesite=lax', 'n=3; path=/')
    expect(sent(jar, '/', true)).toBe('l=2; n=3')
    expect(sent(jar, '/', false)).toBe('s=1; l=2; n=3')
  })

  it('[CHK-2] have the attributes that the report needs', () => {
    const [plain, full, other] = jarWith(
      'a=1',
      'b=2; Path=/; HttpOnly; Secure; SameSite=None',
      'c=3; path=/; samesite=x',
    ).cookies('host')
    expect(plain).toEqual({
      name: 'a',
      value: '1',
      path: '/a',
      httpOnly: false,
      secure: false,
      sameSite: undefined,
    })
    expect(full).toEqual({
      name: 'b',
      value: '2',
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'none',
    })
    expect(other?.sameSite).toBeUndefined()
    const root = new CookieJar()
    root.store('host', url('/login'), 'a=1')
    expect(root.cookies('host')[0]?.path).toBe('/')
  })

  it('[CHK-1] belong to one host, and a copy leaves out those that it names', () => {
    const jar = jarWith('a=1; path=/', 'b=2; path=/')
    expect(jar.header('other', url(), false)).toBe('')
    const copy = jar.copy('a')
    copy.store('host', url(), 'c=3')
    expect([sent(copy), sent(jar)]).toEqual(['b=2; c=3', 'a=1; b=2'])
  })
})

describe('one call of the check', () => {
  const options = (timeout = 5000) => ({
    method: 'GET',
    headers: {},
    timeout,
    signal: new AbortController().signal,
  })

  it('[CHK-2] returns the response with its body', async () => {
    const url = await serve((req, res) => {
      let body = ''
      req.on('data', (chunk: Buffer) => (body += chunk.toString()))
      req.on('end', () => res.writeHead(201, { 'x-a': 'b' }).end(`${req.method} ${body}`))
    })
    const page = await call(new URL(url), { ...options(), method: 'POST' }, 'hello')
    expect(page).toMatchObject({ method: 'POST', url: `${url}/`, status: 201, body: 'POST hello' })
    expect(page.headers['x-a']).toBe('b')
    expect(page).not.toHaveProperty('failure')
  })

  it.each<[string, RequestListener]>([
    ['cut', (_req, res) => res.destroy()],
    ['cut', (_req, res) => res.writeHead(200, { 'content-length': 9 }).write('half', () => res.destroy())],
    ['timeout', () => undefined],
    ['timeout', (_req, res) => res.writeHead(200).write('half')],
  ])('[CHK-2] returns no status after the failure %s', async (failure, handler) => {
    const url = await serve(handler)
    const page = await call(new URL(url), options(failure === 'timeout' ? 30 : 5000))
    expect(page).toEqual({ method: 'GET', url: `${url}/`, status: 0, headers: {}, body: '', failure })
  })

  it('[CHK-2] returns that a connection was refused', async () => {
    expect(await call(new URL('http://127.0.0.1:1/'), options())).toMatchObject({
      status: 0,
      failure: 'refused',
    })
  })

  it('[CHK-3] throws the reason if the run is stopped', async () => {
    const controller = new AbortController()
    const url = await serve(() => controller.abort(new Error('stopped')))
    const given = { ...options(), signal: controller.signal }
    await expect(call(new URL(url), given)).rejects.toThrow('stopped')
    await expect(call(new URL(url), given)).rejects.toThrow('stopped')
  })

  it('[CHK-3] knows whether something listens', async () => {
    const url = await serve(() => undefined)
    expect(await isListening(new URL(url))).toBe(true)
    expect(await isListening(new URL('http://127.0.0.1:1/'))).toBe(false)
  })
})

describe('the browser of the check', () => {
  interface Received {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string | string[] | undefined>>
    readonly body: string
  }

  /** A service, another site, and a browser that visits them. */
  async function visited(
    respond: (
      path: string,
      other: string,
    ) => { status?: number; headers?: Record<string, string>; body?: string },
    settings: Partial<BrowserSettings> = {},
  ) {
    const received: Received[] = []
    const handler =
      (origin: () => string): RequestListener =>
      (req, res) => {
        let body = ''
        req.on('data', (chunk: Buffer) => (body += chunk.toString()))
        req.on('end', () => {
          received.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body })
          const { status = 200, headers = {}, body: content = '' } = respond(req.url ?? '', origin())
          res.writeHead(status, { 'content-type': 'text/html', ...headers }).end(content)
        })
      }
    let service = ''
    const other = await serve(handler(() => service))
    service = await serve(handler(() => other))
    const pages: string[] = []
    const browser = new Browser({
      timeout: 5000,
      signal: new AbortController().signal,
      headers: {},
      press: [],
      mayVisit: () => true,
      isService: ({ origin }) => origin === service,
      onPage: ({ url }) => pages.push(new URL(url).pathname),
      ...settings,
    })
    const paths = (trail: readonly { url: string }[]) => trail.map(({ url }) => new URL(url).pathname)
    return { browser, received, service, other, pages, paths }
  }

  it('[CHK-1] sends what a browser sends, and nothing of it as a server', async () => {
    const { browser, received, service } = await visited(() => ({}), { headers: { 'x-preview': 'yes' } })
    await browser.get(`${service}/`)
    await browser.get(`${service}/`, { method: 'POST', body: 'a=1' })
    await browser.get(`${service}/`, { method: 'POST', body: 'a=1', isCrossSite: true })
    await browser.get(`${service}/`, {
      isServer: true,
      method: 'POST',
      body: 'a=1',
      headers: { 'x-own': '1' },
    })
    const [get, post, cross, server] = received.map(({ headers }) => headers)
    const navigation = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', 'x-preview': 'yes' }
    expect(get).toMatchObject({
      ...navigation,
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'accept-language': 'en-GB,en;q=0.9',
      'user-agent': 'Mozilla/5.0 (passport-govuk-one-login conformance)',
      'sec-fetch-site': 'none',
    })
    for (const name of ['origin', 'content-type', 'cookie']) expect(get).not.toHaveProperty(name)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect(post).toMatchObject({ ...navigation, ...form, 'sec-fetch-site': 'same-origin', origin: service })
    expect(cross).toMatchObject({ ...navigation, ...form, 'sec-fetch-site': 'cross-site' })
    expect(cross).not.toHaveProperty('origin')
    expect(server).toMatchObject({ ...form, 'x-preview': 'yes', 'x-own': '1' })
    for (const name of ['user-agent', 'accept', 'sec-fetch-site']) expect(server).not.toHaveProperty(name)
  })

  it('[CHK-1] comes back from another site with the cookies that are not strict, and sends that site none of them', async () => {
    const { browser, received, service, pages, paths } = await visited((path, other) => {
      if (path === '/start') return { status: 302, headers: { location: `${other}/login` } }
      if (path === '/login')
        return { status: 302, headers: { location: `${other}/back`, 'set-cookie': 'o=1; path=/' } }
      if (path === '/back') return { body: '<meta http-equiv="refresh" content="0;url=/home">' }
      return {}
    })
    browser.setCookie(new URL(service), 's=1; path=/; SameSite=Strict')
    browser.setCookie(new URL(service), 'l=2; path=/; SameSite=Lax')
    const page = await browser.visit(`${service}/start`)
    expect(paths(page.trail)).toEqual(['/start', '/login', '/back', '/home'])
    expect(received.map(({ headers }) => [headers.cookie, headers['sec-fetch-site']])).toEqual([
      ['s=1; l=2', 'none'],
      [undefined, 'cross-site'],
      ['l=2', 'cross-site'],
      ['s=1; l=2', 'none'],
    ])
    expect(pages).toEqual(['/start', '/back', '/home'])
    expect(browser.cookies(new URL(service)).map(({ name }) => name)).toEqual(['s', 'l'])
    expect(
      browser
        .twin('s')
        .cookies(new URL(service))
        .map(({ name }) => name),
    ).toEqual(['l'])
  })

  it('[CHK-1] stops where it may not go, at a given address, and after 15 requests', async () => {
    const redirect = () => ({ status: 302, headers: { location: '/again' } })
    const endless = await visited(redirect)
    expect((await endless.browser.visit(`${endless.service}/start`)).trail).toHaveLength(15)
    expect(new Set(endless.received.map(({ headers }) => headers['sec-fetch-site']))).toEqual(
      new Set(['none']),
    )
    const bounded = await visited(redirect, { mayVisit: ({ pathname }) => pathname !== '/again' })
    expect((await bounded.browser.visit(`${bounded.service}/start`)).trail).toHaveLength(1)
    const told = await visited(redirect)
    const stopAt = ({ pathname }: URL) => pathname === '/again'
    expect((await told.browser.visit(`${told.service}/start`, { stopAt })).trail).toHaveLength(1)
    expect((await told.browser.get(`${told.service}/start`)).trail).toEqual([
      { method: 'GET', url: `${told.service}/start`, status: 302 },
    ])
  })

  it.each([
    [200, ['/start', '/1', '/2']],
    [401, ['/start', '/1', '/2']],
    [403, ['/start']],
  ])('[CHK-1] presses each button once on pages with status %i', async (status, expected) => {
    const { browser, service, paths } = await visited(
      (path) => ({
        status: path === '/start' ? status : 200,
        body: '<a href="/1">First</a><form method="post" action="/2"><button>Second</button></form>',
      }),
      { press: ['First', 'Second'] },
    )
    const page = await browser.visit(`${service}/start`)
    expect(paths(page.trail)).toEqual(expected)
  })

  it('[CHK-1] presses nothing at another site', async () => {
    const { browser, other } = await visited(() => ({ body: '<a href="/1">Go</a>' }), { press: ['Go'] })
    expect((await browser.visit(`${other}/start`)).trail).toHaveLength(1)
  })
})

describe('the hosts that the check may call', () => {
  it.each([
    ['http://127.0.0.1/', true],
    ['http://localhost:3000/', true],
    ['http://[::1]/', true],
    ['http://a.localhost/', true],
    ['http://allowed.example/', true],
    ['http://a.allowed.example/', false],
    ['http://alocalhost/', false],
    ['http://a.localhost.example/', false],
    ['http://service.example/', false],
  ])('[CHK-1] %s: %s', (url, isMine) => {
    expect(isAllowed(new URL(url), ['allowed.example'])).toBe(isMine)
  })
})
