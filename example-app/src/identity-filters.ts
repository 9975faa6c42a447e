import countries from 'i18n-iso-countries'
import type { Environment } from 'nunjucks'
import { locales, type Language } from './language.ts'

/** Adds filters that write dates and countries in words. */
export function addIdentityFilters(views: Environment): void {
  views.addFilter('date', (iso: string, lang: Language) =>
    new Date(iso).toLocaleDateString(locales[lang], { dateStyle: 'long', timeZone: 'UTC' }),
  )
  views.addGlobal('today', () => new Date().toISOString().slice(0, 10))
  // Addresses have ISO codes of 2 letters. Most passports have those of 3 letters.
  views.addFilter('country', (code: string, lang: Language) => {
    const region = code === 'D' ? 'DE' : (countries.alpha3ToAlpha2(code) ?? code)
    return /^[A-Z]{2}$/.test(region) ? new Intl.DisplayNames(lang, { type: 'region' }).of(region) : code
  })
}
