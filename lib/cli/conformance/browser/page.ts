import type { IncomingHttpHeaders } from 'node:http'
import { attributeOf } from './html.ts'
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

/** Returns the address that a response sends the browser to, if it does and the address can be read. */
export function redirectOf(page: Omit<Page, 'trail'>): string | undefined {
  const { status, headers, url } = page
  const next = status < 300 ? refreshOf(page) : status < 400 ? headers.location : undefined
  return next === undefined ? undefined : parseURL(next, url)?.href
}

/** Whether the next request comes from the page, and not from the site that led to it. */
export const isRefresh = ({ status }: Hop): boolean => status < 300

const longestDelay = 5

/** The address in `<meta http-equiv="refresh">`. After a longer delay it is for users who have left. */
function refreshOf({ headers, body }: Omit<Page, 'trail'>): string | undefined {
  if (headers['content-type']?.includes('html') !== true) return undefined
  const tag = /<meta\b[^>]*\shttp-equiv\s*=\s*["']?refresh\b[^>]*>/i.exec(body)?.[0] ?? ''
  const [, delay, address] =
    /^\s*(\d+)\s*[;,]\s*url\s*=\s*['"]?([^'"]+)/i.exec(attributeOf(tag, 'content') ?? '') ?? []
  return Number(delay) <= longestDelay ? address : undefined
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
