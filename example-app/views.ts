import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import express, { type Express, type RequestHandler } from 'express'
import nunjucks from 'nunjucks'
import type { Address } from 'passport-govuk-one-login'
import type { Language } from './language.ts'

const here = import.meta.dirname
const govukFrontend = join(
  dirname(createRequire(import.meta.url).resolve('govuk-frontend/package.json')),
  'dist',
)

/** Sets up the pages: Nunjucks, with the components of the GOV.UK Design System. */
export function setUpViews(app: Express): void {
  app.set('view engine', 'njk')
  nunjucks
    .configure([join(here, 'views'), govukFrontend], { express: app, autoescape: true })
    .addFilter('date', (date: string, language: Language) =>
      new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(date)),
    )
    .addFilter('time', (date: Date, language: Language) =>
      new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone: 'Europe/London' }).format(date),
    )
    .addFilter('lines', addressLines)
}

/** Serves styles, scripts and images: those of the Design System, and ours. */
export function assets(): RequestHandler {
  const router = express.Router()
  // The GDS Transport font is for services on gov.uk only: this one is not.
  const styles = readFileSync(join(govukFrontend, 'govuk/govuk-frontend.min.css'), 'utf8')
    .replaceAll(/@font-face{[^}]*}/g, '')
    .replaceAll('GDS Transport,', '')
  router.get('/govuk-frontend.css', (_req, res) => {
    res.type('css').set('Cache-Control', 'public, max-age=3600').send(styles)
  })
  router.use('/govuk-frontend.js', express.static(join(govukFrontend, 'govuk/govuk-frontend.min.js')))
  router.use(express.static(join(govukFrontend, 'govuk/assets')), express.static(join(here, 'public')))
  return router
}

/** An address as it would stand on an envelope. */
function addressLines(address: Address): string[] {
  const words = (...parts: (string | undefined)[]) => parts.filter(Boolean).join(' ')
  return [
    words(address.departmentName),
    words(address.organisationName),
    words(address.subBuildingName),
    words(address.buildingName),
    words(address.buildingNumber, address.dependentStreetName ?? address.streetName),
    words(address.dependentStreetName && address.streetName),
    words(address.doubleDependentAddressLocality),
    words(address.dependentAddressLocality),
    words(address.addressLocality),
    words(address.addressRegion),
    words(address.postalCode),
    words(address.addressCountry),
  ].filter(Boolean)
}
