/** The members of a discovery document that a sign-in needs. */
export function metadataOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}token`,
    userinfo_endpoint: `${issuer}userinfo`,
    jwks_uri: `${issuer}jwks`,
  }
}
