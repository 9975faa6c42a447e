import { readFileSync } from 'node:fs'
import type { Request, RequestHandler } from 'express'

/** The languages of this service, and of One Login. */
export type Language = 'en' | 'cy'

const read = (language: Language) =>
  JSON.parse(readFileSync(new URL(`./locales/${language}.json`, import.meta.url), 'utf8')) as object

const texts = { en: read('en'), cy: read('cy') }

/** The language the user has chosen, now with `?lang=cy` or before. Not in the session: it outlives that. */
export function languageOf(req: Request): Language {
  const chosen = /(?:^|[?&])lang=(en|cy)(?:&|$)/.exec(req.originalUrl.split('?')[1] ?? '')
  const kept = /(?:^|; )language=(en|cy)(?:;|$)/.exec(req.headers.cookie ?? '')
  return (chosen ?? kept)?.[1] === 'cy' ? 'cy' : 'en'
}

/** Gives each page its texts, as `t`, and keeps the choice of language. */
export function language(secure: boolean): RequestHandler {
  return (req, res, next) => {
    const lang = languageOf(req)
    if (req.query.lang === lang)
      res.cookie('language', lang, { httpOnly: true, sameSite: 'lax', secure, maxAge: 365 * 86_400_000 })
    Object.assign(res.locals, { lang, t: texts[lang], path: req.path })
    next()
  }
}
