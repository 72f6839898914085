import type { paths } from './schema'

/** `/users/{id}` as the addresses that it stands for. */
type Filled<Path extends string> = Path extends `${infer Before}{${string}}${infer After}` ? `${Before}${string}${Filled<After>}` : Path

type Below<Path> = Path extends `/api/v1${infer Rest}` ? Rest : never

/** The addresses that the server answers with a method, below `/api/v1`: another one does not compile. */
export type Address<Method extends 'get' | 'post' | 'put' | 'patch' | 'delete'> = {
  [Path in keyof paths & string]: Method extends keyof paths[Path]
    ? paths[Path][Method] extends undefined
      ? never
      : Filled<Below<Path>>
    : never
}[keyof paths & string]
