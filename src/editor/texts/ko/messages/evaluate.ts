// 평가하고 관찰하는 노드의 오류.
import type { SameKeys } from '../../../../engine/base/catalogue.ts'
import type { evaluateMessages } from '../../../../nodes/messages/evaluate.ts'

export const koEvaluate: SameKeys<typeof evaluateMessages> = {
  // 레이어
  itemOfBatch: '0부터 {last}까지 배치의 항목이어야 하는데 {got}입니다.',
  chooseItem: '{last} 이하로 하세요.',

  // 모양
  images: '이미지 [b, h, w, c]여야 하는데 [{shape}]입니다.',
  useSpectrum: '이미지를 연결하세요. 점의 밀도에는 Spectrum을 쓰세요.',
  imageItems: '이미지, 곧 [h, w, c] 모양의 항목이어야 하는데 [{shape}] 모양입니다.',
  connectImages: '이미지의 데이터 세트를 연결하세요.',
  pointItems: '평면의 점, 곧 [2] 모양의 항목이어야 하는데 [{shape}] 모양입니다.',
  vectorItems: '점, 곧 모양이 [d]인 항목이어야 하는데 [{shape}]입니다.',
  useFrechet: '점을 연결하세요. 이미지에는 FrechetDistance를 쓰세요.',
  connectPoints: '점의 데이터 세트를 연결하세요.',
  points: '평면의 점 [n, 2]여야 하는데 [{shape}]입니다.',
  plottedItems:
    '좌표가 하나에서 셋인 점, 곧 모양이 [1], [2], [3]인 항목이어야 하는데 [{shape}]입니다.',
  inspectOthers: '그런 점을 연결하거나 Inspect를 쓰세요.',
  sameDimension: '첫 점들처럼 항목의 모양이 [{expected}]여야 하는데 [{shape}]입니다.',
  pathsOnLine: '평면이나 공간의 경로여야 하는데 직선 위의 경로입니다.',
  useDensityOverTime: '궤적을 DensityOverTime에 연결하세요.',
  trajectoryOnLine: '직선 위의 점 [n, 1]의 궤적이어야 하는데 프레임의 모양이 [{shape}]입니다.',
  usePlot: '좌표가 하나인 점을 연결하세요. 다른 점에는 Scatter나 FilmStrip을 쓰세요.',
  inspectPoints: '좌표가 둘인 점을 연결하거나, Inspect를 쓰세요.',
  imagesNotPoints: '이미지 [b, h, w, c]여야 하는데 점 [{shape}]입니다.',
  useScatter: '이미지를 연결하세요. 점에는 Scatter를 쓰세요.',
  transformImages: '이미지를 연결하세요. 점은 채널을 합치고 나눌 수만 있습니다.',
  cropOutside: '{height} x {width} 이미지 안의 직사각형이어야 하는데, 행과 열 {to}에서 끝납니다.',
  cropInside: '이 값이나 직사각형의 크기를 줄이세요.',
  channelSides: '마지막을 제외하고 a의 [{expected}]와 같아야 하는데 [{shape}]입니다.',
  sameSides: '수와 크기가 같은 이미지나 수가 같은 점을 연결하세요. Resize로 크기를 바꿉니다.',
  splitChannels: '남는 것이 있도록 채널 {all}개 중 {most}개 이하여야 하는데 {channels}개입니다.',
  fewerToSplit: 'channels를 줄이세요.',
  imagesToShow: '이미지 [b, h, w, c]여야 하는데 [{shape}]입니다.',
  inspectImages: '이미지를 연결하거나, Inspect를 쓰세요.',
  channels: '채널은 1개(회색조)나 3개(빨강, 초록, 파랑)여야 하는데 {channels}개입니다: [{shape}].',
  toPixels: 'DepthToSpace로 채널을 픽셀로 바꾸거나, Inspect를 쓰세요.',
  imagesOrPoints: '이미지 [b, h, w, c]나 점 [b, 2]여야 하는데, 항목의 모양이 [{shape}]입니다.',
  connectImagesOrPoints: '이미지나 점을 연결하세요.',
  previewLabels:
    '레이블은 이미지 {expected}장에 하나씩이거나 모두에 하나여야 하는데 {got}개입니다.',
  connectLabels: '이 이미지의 레이블을 연결하세요.',
  arrows: '화살표의 양 끝이 모두 있어야 하는데 하나만 있습니다.',
  connectField: '예측에 쓴 점을 field_at에 연결하세요.',
  powerRange: 'y_max는 y_min의 값 {min}보다 커야 하는데 {max}입니다.',
  raisePower: 'y_max를 높이거나 y_min을 낮추세요.',

  // 비교
  sameItems: '기준과 수도 모양도 같은 [{expected}]이어야 하는데 [{got}]입니다.',
  sameNumbers: '기준의 수는 하나이거나 {expected}개여야 하는데 {got}개입니다.',
  connectSameShape: '`reference`에 같은 모양의 값을 연결하세요.',
  connectSameNoise: '기준과 같은 노이즈에서 나온 샘플을 연결하거나, 분포로 측정하세요.',
  pointsToCompare: '차원이 같은 점 [n, d]여야 하는데, [{got}]이고 기준은 [{expected}]입니다.',
  measureRms: '점을 연결하거나 `measure`를 rms로 정하세요.',
  twoItems: '분포에는 항목이 둘 이상이어야 하는데 {count}개입니다.',
  connectMore: '더 연결하세요. 항목이 몇백 개면 쓸 만한 값이 나옵니다.',
  referenceShape: '기준과 같은 모양 [{expected}]의 항목이어야 하는데 [{got}]입니다.',
  connectReference: '모델의 학습 데이터를 `reference`에 연결하세요.',
  datasetShape: '데이터 세트와 같은 모양 [{expected}]의 항목이어야 하는데 [{got}]입니다.',
  connectSimilar: '샘플이 본뜬 데이터 세트를 연결하세요.',
  emptyDataset: '데이터 세트에 항목이 하나는 있어야 하는데 없습니다.',
  chooseDataset: '다른 데이터 세트를 고르세요.',
  neighbours:
    '{k}번째 이웃을 찾으려면 샘플은 {k}개보다, 기준은 그 두 배보다 많아야 하는데 각각 {samples}개, {reference}개입니다.',
  lowerK: '더 연결하거나 k를 낮추세요.',
  modesWithoutLabels: '모드를 나타내는 레이블이 데이터에 있어야 하는데 없습니다.',
  connectModes: 'Points의 eight_gaussians처럼 클래스가 있는 데이터를 연결하세요.',

  // 분류기
  noClasses: '구별할 클래스가 있는 데이터 세트여야 하는데 없습니다.',
  connectLabelled:
    '레이블이 있는 데이터 세트를 연결하세요. 내 이미지에서는 폴더가 레이블이 됩니다.',
  noLevels: '수준이 하나는 있어야 하는데 없습니다.',
  writeLevels: '16, 32처럼 수준마다 수를 하나씩 쓰세요.',
  levelChannels: '수준마다 채널은 {most}개까지인데 {channels}개입니다.',
  fewerChannels: '16, 32처럼 채널을 몇십 개로 하세요.',
  halvings:
    '수준이 {levels}개면 이미지를 {halvings}번 반으로 나눌 수 있어야 하는데 {height} x {width}은(는) {possible}번 나눌 수 ' +
    '있습니다.',
  fewerLevels: '수준을 {most}개 이하로 하세요.',
  groups: '채널 수는 norm_num_groups의 값 {groups}의 배수여야 하는데 {channels}입니다.',
  fitGroups: 'norm_num_groups의 배수인 채널 수를 고르거나, 그룹을 줄이세요.',
}
