import { parseURL } from './parsed-url.ts'

/**
 * Returns a safe path to redirect to, on this site.
 *
 * @param wanted - a path with query and fragment, from any source
 * @returns the path as a browser would read it, or `/` for a value that could lead to another site
 */
export function returnPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return '/'
  const site = 'https://this.site'
  const url = parseURL(wanted, site)
  // A browser reads "/.//host" and "/\host" as another host after it normalises them, so the check is on the result.
  if (url?.origin !== site || /^\/(?:[/\\]|%2f|%5c)/i.test(url.pathname)) return '/'
  return url.pathname + url.search + url.hash
}
