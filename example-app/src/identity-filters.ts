import countries from 'i18n-iso-countries'
import type { Environment } from 'nunjucks'
import { addressLines, type Address } from 'passport-govuk-one-login'
import { locales, type Language } from './language.ts'

/** Adds filters that write dates, addresses and countries in words. */
export function addIdentityFilters(views: Environment): void {
  views.addFilter('date', (iso: string, lang: Language) =>
    new Date(iso).toLocaleDateString(locales[lang], { dateStyle: 'long', timeZone: 'UTC' }),
  )
  views.addGlobal('today', () => new Date().toISOString().slice(0, 10))
  const names = (lang: Language) => new Intl.DisplayNames(lang, { type: 'region' })
  views.addFilter('addressLines', (address: Address, lang: Language) =>
    addressLines(address, { countryNames: names(lang) }),
  )
  // Most passports name their country with an ISO code of 3 letters.
  views.addFilter('country', (code: string, lang: Language) => {
    const region = code === 'D' ? 'DE' : (countries.alpha3ToAlpha2(code) ?? code)
    return /^[A-Z]{2}$/.test(region) ? names(lang).of(region) : code
  })
}
