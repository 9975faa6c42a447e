import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import express, { type Express, type RequestHandler } from 'express'
import nunjucks from 'nunjucks'

const ours = import.meta.dirname
const designSystem = join(ours, '../node_modules/govuk-frontend/dist')

/** Sets up the pages: Nunjucks, with the components of the GOV.UK Design System. */
export function setUpViews(app: Express): void {
  const write = (date: Date, lang: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(lang === 'cy' ? 'cy' : 'en-GB', options).format(date)
  app.set('view engine', 'njk')
  nunjucks
    .configure([join(ours, 'views'), designSystem], { express: app, autoescape: true })
    .addFilter('date', (iso: string, lang: string) =>
      write(new Date(iso), lang, { dateStyle: 'long', timeZone: 'UTC' }),
    )
    .addFilter('time', (date: Date, lang: string) =>
      write(date, lang, { timeStyle: 'short', timeZone: 'Europe/London' }),
    )
}

/** Serves styles, scripts and images: those of the Design System, and ours. */
export function assets(): RequestHandler {
  // Services outside gov.uk may not use its font: this takes it out. One on gov.uk serves the file as it is.
  const styles = readFileSync(join(designSystem, 'govuk/govuk-frontend.min.css'), 'utf8')
    .replaceAll(/@font-face{[^}]*}/g, '')
    .replaceAll('GDS Transport,', '')
  return express
    .Router()
    .get('/govuk-frontend.css', (_req, res) => res.type('css').send(styles))
    .use('/govuk-frontend.js', express.static(join(designSystem, 'govuk/govuk-frontend.min.js')))
    .use(express.static(join(designSystem, 'govuk/assets')), express.static(join(ours, 'public')))
}
