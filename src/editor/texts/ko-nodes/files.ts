// 분류 files(파일)의 노드가 자신에 대해 하는 말.
export const files = {
  // LoadCheckpoint
  'A trained model and the schedule it was trained with, from a checkpoint of this program or of diffusers.':
    '이 프로그램이나 diffusers의 체크포인트에서 가져온, 학습한 모델과 그때의 스케줄입니다.',
  trained: '학습한 모델',
  'it was trained with, if the checkpoint has it': '학습할 때의 스케줄, 체크포인트에 있으면',
  'to go on with, if the checkpoint has it; wire it to TrainingStart':
    '이어 갈 학습, 체크포인트에 있으면. TrainingStart에 연결하세요',
  'what SaveCheckpoint made, or a ZIP or folder with a UNet2DModel of diffusers':
    'SaveCheckpoint가 만든 것, 또는 diffusers의 UNet2DModel이 든 ZIP이나 폴더',

  // SaveCheckpoint
  'Saves a trained model, and the schedule it was trained with, as a ZIP of a diffusers pipeline folder.':
    '학습한 모델과 그때의 스케줄을 diffusers 파이프라인 폴더의 ZIP으로 저장합니다.',
  'from TrainingEnd: `ema` samples better, `model` is where training stopped':
    'TrainingEnd에서: `ema`는 샘플이 더 좋고, `model`은 학습을 멈춘 그대로',
  'it was trained with; LoadCheckpoint gives it back. Unwired: that of Precondition, if there is one':
    '학습할 때의 스케줄. LoadCheckpoint가 돌려줍니다. 연결하지 않으면 Precondition의 것이 있을 때 그것',
  'to go on with it another day, to the same bits; makes the file three or four times as large':
    '다른 날 한 비트도 다르지 않게 이어 갈 학습. 파일이 서너 배 커집니다',
  'it was trained on; only the names of its classes and the range of its values are saved':
    '학습한 데이터 세트. 클래스 이름과 값의 범위만 저장합니다',
  'of the file, without .zip': '파일 이름, .zip 없이',
  'auto: what diffusers can load is saved as its UNet2DModel, the rest in a class of our own; diffusers: refuse the rest':
    'auto: diffusers가 읽을 수 있는 것은 그 UNet2DModel로, 나머지는 우리 클래스로 저장함; diffusers: 나머지를 거절함',

  // SaveImage
  'Saves samples as a PNG that holds the workflow they were made with: dropped on the editor, it opens.':
    '샘플을 만든 워크플로가 함께 든 PNG로 저장합니다. 편집기에 놓으면 워크플로가 열립니다.',
  'what to save': '저장할 것',
  'of the file, without .png': '파일 이름, .png 없이',
  'a file for each image in place of one grid of all': '모두를 한 격자에 담는 대신 이미지마다 파일 하나',
  'of the grid; 0: about as high as wide': '격자의 열 수. 0이면 높이와 너비가 비슷하게',
  'how many times each pixel is enlarged; 0: a grid until it is about 512 wide, separate images not at all':
    '픽셀을 키우는 배수. 0이면 격자는 너비가 512쯤 되게, 따로 저장하는 이미지는 그대로',
  'between images of the grid, in pixels of the file': '격자에서 이미지 사이, 파일의 픽셀로',
}
