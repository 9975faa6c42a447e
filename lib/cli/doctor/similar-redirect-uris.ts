const loopbackHosts = ['localhost', '127.0.0.1']

type Change = (url: URL) => void

const changes: readonly Change[] = [
  (url) => {
    url.pathname = url.pathname.endsWith('/') ? url.pathname.slice(0, -1) : `${url.pathname}/`
  },
  (url) => {
    url.hostname = loopbackHosts.find((host) => host !== url.hostname) ?? ''
  },
  (url) => {
    url.protocol = url.protocol === 'http:' ? 'https:' : 'http:'
  },
  (url) => {
    url.pathname = url.pathname.toLowerCase()
  },
]

/**
 * Returns redirect URIs that are easily confused with this one, such as the same address without the slash at the
 * end.
 */
export function similarRedirectURIs(redirectURI: string): string[] {
  const { hostname } = new URL(redirectURI)
  const variants = changes.map((change) => {
    const url = new URL(redirectURI)
    if (change !== changes[1] || loopbackHosts.includes(hostname)) change(url)
    return url.href
  })
  return [...new Set(variants)].filter((variant) => variant !== redirectURI)
}
