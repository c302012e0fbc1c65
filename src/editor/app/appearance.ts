// Applies the settings for theme and language.
import { computed, effect, untracked } from '@preact/signals'
import type { Stage } from '../canvas/stage.ts'
import { changeSettings, settings, type Settings } from '../storage/settings.ts'
import { applyLanguage } from '../texts/texts.ts'
import { setDark } from '../ui/state.ts'
import { applyTheme, type Colours } from '../ui/theme.ts'

const theme = computed(() => settings.value.theme)

/**
 * Applies the theme, also when the setting or the system's preference changes. `paint` receives the
 * colours.
 */
export const followTheme = (paint: (colours: Colours) => void): (() => void) =>
  effect(() => {
    const chosen = theme.value
    return untracked(() =>
      applyTheme(chosen, (colours) => {
        setDark(colours.dark)
        paint(colours)
      }),
    )
  })

/** Marks the page for reduced motion, if the user has chosen that. */
export const followMotion = (): (() => void) =>
  effect(() => void (document.documentElement.dataset.motion = settings.value.motion))

export async function setLanguage(stage: Stage, language: Settings['language']) {
  changeSettings({ language })
  await applyLanguage(language)
  stage.redraw()
}
