// Constants of the build; see vite.config.ts.
interface ImportMetaEnv {
  readonly APP_VERSION: string
  /** Commit of the sources; '' if it is not known. */
  readonly APP_COMMIT: string
}
