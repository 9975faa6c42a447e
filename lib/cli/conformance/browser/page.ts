import type { IncomingHttpHeaders } from 'node:http'
import { parseURL } from '../../../parsed-url.ts'

/** Why there was no response. */
export type Failure = 'refused' | 'cut' | 'timeout'

/** A request on the way to a page, and its response. */
export interface Hop {
  readonly method: string
  readonly url: string
  /** 0 if there was no response. */
  readonly status: number
}

/** The last page of a browser's visit. */
export interface Page extends Hop {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Not set if there was a response. */
  readonly failure?: Failure
  /** Every request on the way. This page is the last. */
  readonly trail: readonly Hop[]
}

/** Returns the address that a response redirects to, if it does and the address can be read. */
export function redirectOf({ status, headers, url }: Omit<Page, 'trail'>): string | undefined {
  const { location } = headers
  if (status < 300 || status > 399 || location === undefined) return undefined
  return parseURL(location, url)?.href
}

const failures: Readonly<Record<Failure, string>> = {
  refused: 'refused the connection',
  cut: 'closed the connection without a response',
  timeout: 'did not respond in time',
}

/** Describes a response in a few words, without data of the user. */
export function describePage({ status, failure, url }: Omit<Page, 'trail'>): string {
  const at = parseURL(url)?.pathname ?? url
  return failure === undefined ? `${at} returned status ${status}` : `${at} ${failures[failure]}`
}
