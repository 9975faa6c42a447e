/** The name of this package. */
export const packageName = 'passport-govuk-one-login'

/** The version of this package. `npm version` writes it. */
export const packageVersion = '1.0.0'
