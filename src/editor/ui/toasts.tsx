// Toasts, the banner and the drop target.
import type { ComponentChildren } from 'preact'
import { IconButton } from './buttons.tsx'
import { icons } from './icons.tsx'
import {
  filesDragged,
  hideToast,
  showBanner,
  shownBanner,
  shownWarning,
  showWarning,
  toasts,
  type Banner,
} from './state.ts'
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

export function Banners() {
  const [warning, banner] = [shownWarning.value, shownBanner.value]
  if (!warning && !banner) return null
  return (
    <div class="banners">
      {warning && (
        <BannerRow banner={warning} kind="banner warning" close={() => showWarning(undefined)} />
      )}
      {banner && (
        <BannerRow
          banner={banner}
          kind="banner"
          close={banner.actions.length ? undefined : () => showBanner(undefined)}
        />
      )}
    </div>
  )
}

interface BannerRowProps {
  banner: Banner
  kind: string
  close: (() => void) | undefined
}

const BannerRow = ({ banner: { text, actions }, kind, close }: BannerRowProps) => (
  <div class={kind} role={kind === 'banner' ? 'status' : 'alert'}>
    <span>{text}</span>
    {actions.map(({ label, run }, i) => (
      <button
        key={label}
        type="button"
        class={i ? 'button small' : 'button outline small'}
        onClick={run}
      >
        {label}
      </button>
    ))}
    {close && <CloseButton onClick={close} />}
  </div>
)

export function DropTarget(): ComponentChildren {
  if (!filesDragged.value) return null
  return (
    <div class="drop">
      <strong>{texts.files.drop}</strong>
      <span>{texts.files.dropHint}</span>
    </div>
  )
}
