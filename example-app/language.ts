import type { Request, RequestHandler } from 'express'
import cy from './locales/cy.json' with { type: 'json' }
import en from './locales/en.json' with { type: 'json' }

/** What the pages say; each language has every text. */
const texts: Readonly<Record<'en' | 'cy', typeof en>> = { en, cy }

/** The language the user has chosen, now (`?lang=cy`) or before. Not in the session: it outlives that. */
export function languageOf(req: Request): 'en' | 'cy' {
  const chosen = req.query.lang ?? /(?:^|; )language=(\w+)/.exec(req.headers.cookie ?? '')?.[1]
  return chosen === 'cy' ? 'cy' : 'en'
}

/** Gives each page its texts, as `t`, and keeps the choice of language. */
export function language(secure: boolean): RequestHandler {
  return (req, res, next) => {
    const lang = languageOf(req)
    if (req.query.lang)
      res.cookie('language', lang, { httpOnly: true, sameSite: 'lax', secure, maxAge: 365 * 86_400_000 })
    Object.assign(res.locals, { lang, t: texts[lang], path: req.path })
    next()
  }
}
