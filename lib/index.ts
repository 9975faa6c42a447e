export { OneLoginStrategy } from './strategy.ts'
export {
  isOneLoginError,
  OneLoginError,
  type OneLoginErrorCode,
  type OneLoginErrorDetails,
  type ProviderError,
} from './errors.ts'
export { optionsFromEnvironment } from './options-from-environment.ts'
export type { OneLoginOptions, SessionRules } from './one-login-options.ts'
export type { Duration } from './option-schema.ts'
export type { Locale, SignInOptions } from './request-options.ts'
export type { Environment } from './environments.ts'
export type { PrivateKeyInput, PublicJwk, Signer, SigningAlgorithm } from './client-key.ts'
export type { OneLoginAuthInfo, Verify, VerifyDone, VerifyResult, VerifyWithRequest } from './verification.ts'
export type { Identity, Name, OneLoginUser, ProvenIdentity, UnprovenIdentity } from './user.ts'
export type { Address, ClaimName, DrivingPermit, NamePart, Passport } from './claims.ts'
export type { ConfidenceLevel, CredentialLevel, IdentityLevel } from './vectors-of-trust.ts'
export type { OneLoginEventName, OneLoginEvents } from './events.ts'
export type { OneLoginSessionData } from './session-data.ts'
export type { RoutesOptions } from './routes.ts'
export type { AuthenticationNeeds } from './middleware/require-authentication.ts'
export type { IdentityNeeds } from './middleware/require-identity.ts'
export type { LogoutOptions } from './middleware/logout.ts'
export type { BackChannelLogoutOptions } from './middleware/back-channel-logout.ts'
export type { LandingOptions } from './middleware/landing.ts'
export type { SessionStatus } from './middleware/session-status.ts'
