/** A cookie that a service has set. */
export interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  readonly httpOnly: boolean
  readonly secure: boolean
  readonly sameSite: 'strict' | 'lax' | 'none' | undefined
}

/** The cookies of one browser. Those of the service and of the simulator are kept apart, also if only the port differs. */
export class CookieJar {
  readonly #hosts = new Map<string, readonly Cookie[]>()

  /** Stores or deletes the cookie in a `Set-Cookie` header. */
  store(host: string, { pathname }: URL, header: string): void {
    const cookie = parseCookie(header, folderOf(pathname))
    if (!cookie) return
    const others = this.cookies(host).filter(({ name, path }) => name !== cookie.name || path !== cookie.path)
    const isGone = isExpired(header) || cookie.value === ''
    this.#hosts.set(host, isGone ? others : [...others, cookie])
  }

  /** Returns the `Cookie` header of a request. Empty if there are no cookies. */
  header(host: string, url: URL, isCrossSite: boolean): string {
    return this.cookies(host)
      .filter(({ path }) => isBelow(url.pathname, path))
      .filter(({ sameSite }) => !(isCrossSite && sameSite === 'strict'))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  /** Returns the cookies of a host. */
  cookies(host: string): readonly Cookie[] {
    return this.#hosts.get(host) ?? []
  }

  /** Returns a copy of the jar, without the cookies of these names. */
  copy(...without: readonly string[]): CookieJar {
    const jar = new CookieJar()
    for (const [host, cookies] of this.#hosts)
      jar.#hosts.set(
        host,
        cookies.filter(({ name }) => !without.includes(name)),
      )
    return jar
  }
}

/** The path of a cookie that names none. */
const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 1))

function parseCookie(header: string, folder: string): Cookie | undefined {
  const [pair = '', ...attributes] = header.split(';')
  const separator = pair.indexOf('=')
  if (separator < 1) return undefined
  const path = attributeOf(attributes, 'path')
  const sameSite = attributeOf(attributes, 'samesite')?.toLowerCase()
  return {
    name: pair.slice(0, separator).trim(),
    value: pair.slice(separator + 1).trim(),
    path: path?.startsWith('/') === true ? path : folder,
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
