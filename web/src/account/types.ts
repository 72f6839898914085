import type { Role } from '@/stores/session'

/** A provider of identities by which people sign in, without its secret. */
export interface Provider {
  issuer: string
  client_id: string
  label: string
  required: boolean
  domains: string[]
  factor_values: string[]
}

/** `GET /settings/sign-in`. */
export interface SignInSettings {
  second_factor_of: Role[]
  provider: Provider | null
  redirect_uri: string
}
