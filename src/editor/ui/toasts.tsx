// Toasts, the banner and the drop target.
import type { ComponentChildren } from 'preact'
import { IconButton } from './buttons.tsx'
import { icons } from './icons.tsx'
import { filesDragged, hideToast, showBanner, shownBanner, toasts } from './state.ts'
import { translateMessage, texts } from '../texts/texts.ts'

const CloseButton = ({ onClick }: { onClick: () => void }) => (
  <IconButton
    class="icon small"
    label={texts.dialogs.close}
    icon={<icons.close />}
    onClick={onClick}
  />
)

export function Toasts() {
  return (
    <div class="toasts">
      {toasts.value.map(({ action, ...toast }) => (
        <div
          key={toast.id}
          class={toast.error ? 'toast error' : 'toast'}
          role={toast.error ? 'alert' : 'status'}
        >
          <span class="words">
            {toast.text ? (
              <strong>{translateMessage(toast.title)}</strong>
            ) : (
              translateMessage(toast.title)
            )}
            {toast.text && <span>{translateMessage(toast.text)}</span>}
          </span>
          {action && (
            <button
              type="button"
              class="button outline small"
              onClick={() => {
                hideToast(toast.id)
                action.run()
              }}
            >
              {action.label}
            </button>
          )}
          <CloseButton onClick={() => hideToast(toast.id)} />
        </div>
      ))}
    </div>
  )
}

export function Banner() {
  const banner = shownBanner.value
  if (!banner) return null
  return (
    <div class="banner" role="status">
      {banner.text}
      {banner.actions.map(({ label, run }, i) => (
        <button
          key={label}
          type="button"
          class={i ? 'button small' : 'button outline small'}
          onClick={run}
        >
          {label}
        </button>
      ))}
      {!banner.actions.length && <CloseButton onClick={() => showBanner(undefined)} />}
    </div>
  )
}

export function DropTarget(): ComponentChildren {
  if (!filesDragged.value) return null
  return (
    <div class="drop">
      <strong>{texts.files.drop}</strong>
      <span>{texts.files.dropHint}</span>
    </div>
  )
}
