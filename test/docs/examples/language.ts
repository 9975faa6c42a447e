import type { Request } from 'express'
import type { Locale } from 'passport-govuk-one-login'

/** The language the user has chosen, from a cookie: for your pages and for One Login's. */
export function languageOf({ headers }: Request): Locale {
  return /(?:^|;\s*)lang=cy(?:;|$)/.test(headers.cookie ?? '') ? 'cy' : 'en'
}
