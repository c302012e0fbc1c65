// PyTorch로 쓸 수 없는 네트워크의 이유.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { torchModelMessages } from '../../../../nodes/messages/torchModels.ts'

export const koTorchModels: SameKeys<typeof torchModelMessages> = {
  kind: '층으로 된 네트워크가 와야 하는데, {kind} 종류의 모델이라 PyTorch로 쓸 수 없습니다.',
  ownRun:
    '층으로 된 네트워크가 와야 하는데, {kind} 종류의 모델은 JavaScript로 계산하도록 정의되어 있습니다.',
  layerName:
    '층의 이름은 PyTorch 모듈이 가질 수 있는 것이어야 하는데 "{name}"입니다. _로 시작하는 이름과 "training"은 모듈 자체가 씁니다.',
  layerInside: '층의 이름은 다른 층의 이름으로 시작하지 않아야 하는데 "{name}"과 "{inner}"입니다.',
}
