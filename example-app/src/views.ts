import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import express, { type Express, type RequestHandler } from 'express'
import nunjucks from 'nunjucks'
import { addIdentityFilters } from './identity-filters.ts'
import { locales, type Language } from './language.ts'

const project = join(import.meta.dirname, '..')
const modules = dirname(dirname(createRequire(import.meta.url).resolve('govuk-frontend/package.json')))
const designSystem = join(modules, 'govuk-frontend/dist')
const header = join(modules, '@govuk-one-login/service-header/dist')

/** Sets up the pages: Nunjucks, with the components of the GOV.UK Design System and the One Login service header. */
export function setUpViews(app: Express): void {
  app.set('view engine', 'njk')
  const folders = [join(project, 'views'), designSystem, join(header, 'nunjucks'), dirname(modules)]
  const views = nunjucks.configure(folders, { express: app, autoescape: true })
  views.addFilter('time', (date: Date, lang: Language) =>
    date.toLocaleTimeString(locales[lang], { timeStyle: 'short', timeZone: 'Europe/London' }),
  )
  addIdentityFilters(views)
}

/** Serves the styles, scripts and images of the Design System, the header and this service. */
export function assets(): RequestHandler {
  // Only services on gov.uk may use its font, so this removes it. A service on gov.uk serves both files unchanged.
  const font = /@font-face\s*{[^}]*}|"?GDS Transport"?,/g
  const sheet = (path: string): RequestHandler => {
    const css = readFileSync(path, 'utf8').replaceAll(font, '')
    return (_req, res) => res.type('css').send(css)
  }
  return express
    .Router()
    .get('/service-header.css', sheet(join(header, 'styles/service-header.min.css')))
    .get('/govuk-frontend.css', sheet(join(designSystem, 'govuk/govuk-frontend.min.css')))
    .use('/govuk-frontend.js', express.static(join(designSystem, 'govuk/govuk-frontend.min.js')))
    .use('/service-header.js', express.static(join(header, 'scripts/service-header.js')))
    .use(express.static(join(designSystem, 'govuk/assets')), express.static(join(project, 'public')))
}
