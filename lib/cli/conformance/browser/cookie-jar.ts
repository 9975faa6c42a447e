/** A cookie that a service has set. */
export interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: 'strict' | 'lax' | 'none' | undefined
}

/** The cookies of one browser. Each host and port has its own. */
export class CookieJar {
  readonly #hosts = new Map<string, Map<string, Cookie>>()

  /** Stores or deletes the cookie in a `Set-Cookie` header. */
  store(url: URL, header: string): void {
    const cookie = parseCookie(header)
    if (!cookie) return
    const cookies = this.#of(url.host)
    if (isExpired(header) || cookie.value === '') cookies.delete(cookie.name)
    else cookies.set(cookie.name, cookie)
  }

  /** Returns the `Cookie` header of a request. Empty if there are no cookies. */
  header(url: URL, isCrossSite: boolean): string {
    return this.cookies(url.host)
      .filter(({ path }) => isBelow(url.pathname, path))
      .filter(({ sameSite }) => !(isCrossSite && sameSite === 'strict'))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  /** Returns the cookies of a host, such as `127.0.0.1:3000`. */
  cookies(host: string): Cookie[] {
    return [...this.#of(host).values()]
  }

  /** Returns a copy of the jar, without the cookies of these names. */
  copy(...without: readonly string[]): CookieJar {
    const jar = new CookieJar()
    for (const [host, cookies] of this.#hosts) {
      const kept = [...cookies].filter(([name]) => !without.includes(name))
      jar.#hosts.set(host, new Map(kept))
    }
    return jar
  }

  #of(host: string): Map<string, Cookie> {
    const cookies = this.#hosts.get(host) ?? new Map<string, Cookie>()
    this.#hosts.set(host, cookies)
    return cookies
  }
}

function parseCookie(header: string): Cookie | undefined {
  const [pair = '', ...attributes] = header.split(';')
  const separator = pair.indexOf('=')
  if (separator < 1) return undefined
  const path = attributeOf(attributes, 'path')
  const sameSite = attributeOf(attributes, 'samesite')?.toLowerCase()
  return {
    name: pair.slice(0, separator).trim(),
    value: pair.slice(separator + 1).trim(),
    path: path?.startsWith('/') === true ? path : '/',
    httpOnly: attributeOf(attributes, 'httponly') !== undefined,
    secure: attributeOf(attributes, 'secure') !== undefined,
    sameSite: sameSite === 'strict' || sameSite === 'lax' || sameSite === 'none' ? sameSite : undefined,
  }
}

function attributeOf(attributes: readonly string[], name: string): string | undefined {
  const found = attributes
    .map((text) => text.trim())
    .find((text) => text.toLowerCase().split('=')[0] === name)
  return found === undefined ? undefined : found.slice(name.length + 1)
}

function isExpired(header: string): boolean {
  const [, ...attributes] = header.split(';')
  const maxAge = attributeOf(attributes, 'max-age')
  if (maxAge !== undefined) return Number(maxAge) <= 0
  const expires = attributeOf(attributes, 'expires')
  return expires !== undefined && Date.parse(expires) <= Date.now()
}

const isBelow = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
