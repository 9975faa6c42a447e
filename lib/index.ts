export { OneLoginStrategy } from './strategy.ts'
export {
  isOneLoginError,
  OneLoginError,
  type OneLoginErrorCode,
  type OneLoginErrorDetails,
  type ProviderError,
} from './errors.ts'
export { optionsFromEnvironment } from './options/from-environment.ts'
export type {
  OneLoginOptions,
  OneLoginOptionsWithRequest,
  SessionLimits,
} from './options/one-login-options.ts'
export type { Duration } from './options/option-schema.ts'
export type { Locale, SignInOptions } from './options/sign-in-options.ts'
export { environments, type Environment } from './options/environments.ts'
export type { PrivateJwk, PrivateKeyInput } from './options/private-key.ts'
export type { PublicJwk, Signer, SigningAlgorithm } from './options/signer.ts'
export type {
  OneLoginAuthInfo,
  Verify,
  VerifyDone,
  VerifyResult,
  VerifyWithRequest,
} from './express/verify-callback.ts'
export type { Identity, Name, OneLoginUser, ProvenIdentity, UnprovenIdentity } from './sign-in/user.ts'
export { addressLines, type AddressLinesOptions } from './sign-in/address-lines.ts'
export type { Address, ClaimName, DrivingPermit, NamePart, Passport } from './claims.ts'
export type { ConfidenceLevel, CredentialLevel, IdentityLevel } from './vectors-of-trust.ts'
export type { OneLoginEventName, OneLoginEvents } from './events.ts'
export type { CurrentSession } from './express/current-session.ts'
export type { RoutesOptions } from './express/routes.ts'
export type { AuthenticationNeeds } from './express/middleware/require-authentication.ts'
export type { IdentityNeeds } from './express/middleware/require-identity.ts'
export type { LogoutOptions } from './express/middleware/logout.ts'
export type { BackChannelLogoutOptions } from './express/middleware/back-channel-logout.ts'
export type { LandingOptions } from './express/middleware/landing.ts'
export type { SessionStatus } from './express/middleware/session-status.ts'
