import { parseURL } from './parsed-url.ts'

/**
 * The page to come back to, made sure to be a path of this site.
 *
 * @param wanted - a path with query and fragment, from wherever it comes
 * @returns the path as a browser would read it, or `/` for anything that could lead elsewhere
 */
export function returnPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return '/'
  const site = 'https://this.site'
  const url = parseURL(wanted, site)
  // A browser reads "/.//host" and "/\host" as another host once they are normalised: look at the outcome.
  if (url?.origin !== site || /^\/(?:[/\\]|%2f|%5c)/i.test(url.pathname)) return '/'
  return url.pathname + url.search + url.hash
}
