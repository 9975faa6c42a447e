import type { Request, RequestHandler } from 'express'
import cy from './locales/cy.json' with { type: 'json' }
import en from './locales/en.json' with { type: 'json' }

export type Language = 'en' | 'cy'

export const locales: Readonly<Record<Language, string>> = { en: 'en-GB', cy: 'cy' }

/** The texts of the pages. Each language has every text. */
const texts: Readonly<Record<Language, typeof en>> = { en, cy }

/** Returns the language that the user has chosen, in this request (`?lang=cy`) or before. */
export function languageOf(req: Request): Language {
  const chosen = req.query.lang ?? /(?:^|; )language=(\w+)/.exec(req.headers.cookie ?? '')?.[1]
  return chosen === 'cy' ? 'cy' : 'en'
}

/** Gives each page its texts, as `t`, and stores the language until the user closes the browser. */
export function language(secure: boolean): RequestHandler {
  return (req, res, next) => {
    const lang = languageOf(req)
    // Not in the session, which ends when the user signs out.
    if (req.query.lang) res.cookie('language', lang, { httpOnly: true, sameSite: 'lax', secure })
    Object.assign(res.locals, { lang, t: texts[lang], path: req.path })
    next()
  }
}
