// 주제 Pictures(이미지)의 준비된 워크플로가 하는 말: 제목, 설명, 메모.
export const pictures = {
  // attention
  'What attention does': '어텐션이 하는 일',
  'The same UNet twice, with attention at 4 x 4 and in the middle, and without: the same data, the same noise, the same order. Compare the curves and the samples. Then move attention to 8 x 8, or to both: "8, 4" in Attention.':
    '같은 UNet이 둘 있습니다. 하나는 4 x 4와 가운데에 어텐션이 있고, 하나는 없습니다. 데이터도 노이즈도 순서도 같습니다. 곡선과 샘플을 견주어 보세요. 그다음에는 Attention에서 어텐션을 8 x 8로, 또는 "8, 4"로 둘 다에 옮겨 보세요.',
  'A convolution sees its neighbours; attention compares every position with every other, at a price that grows with the fourth power of the side. So it is used where the maps are small.':
    '합성곱은 이웃만 봅니다. 어텐션은 모든 자리를 다른 모든 자리와 견주며, 그 값은 한 변의 네제곱으로 커집니다. 그래서 맵이 작은 곳에 씁니다.',

  // classifier
  'A judge for samples': '샘플의 심판',
  'A small convolutional network learns to tell ten digits apart from real images. Then it judges: how often it is right on digits that it has not seen, and how often it finds the class that was asked for in samples of the trained diffusion model. Its features give a Fréchet distance as well.':
    '작은 합성곱 신경망이 진짜 이미지에서 열 숫자를 구별하는 법을 배웁니다. 그러고는 심판을 봅니다. 본 적 없는 숫자를 얼마나 맞히는지, 학습한 확산 모델의 샘플에서 바란 클래스를 얼마나 알아보는지 잽니다. 그 특징으로 프레셰 거리도 구합니다.',
  'A judge that was trained on real digits alone tells whether samples are what was asked for. Change the guidance of the samples, or their steps, and look at the share again.':
    '진짜 숫자만으로 학습한 심판이 샘플이 바란 대로 나왔는지 가립니다. 샘플의 가이던스나 단계 수를 바꾸고 비율을 다시 보세요.',

  // cross-attention
  'Cross-attention: four digits by name': '크로스 어텐션: 이름으로 부르는 네 숫자',
  'A UNet for 16 x 16 pixels is told four digits, one for each quarter, by four tokens that it attends to. Press Run: it learns to write what it is asked for, and the maps show which token each place looks at. Nobody tells it that the first token means the top left: it finds out. Then change the four labels.':
    '16 x 16 픽셀의 UNet에게 사분면마다 하나씩 네 숫자를, 신경망이 주목하는 토큰 넷으로 알려 줍니다. 실행을 누르면 바라는 대로 쓰는 법을 배우고, 맵에는 자리마다 어느 토큰을 보는지 나타납니다. 첫 토큰이 왼쪽 위라는 것은 아무도 알려 주지 않습니다. 스스로 알아냅니다. 그다음에는 레이블 넷을 바꾸어 보세요.',
  'Training makes pictures of four digits each (Mosaic) with their four labels. The UNet looks labels up in a table that it learns, and at 8 x 8 each place attends to the four tokens: what it takes from which is cross-attention, as Stable Diffusion attends to words. That the first token means the top left is told by nobody: it finds out.':
    '학습은 숫자 넷을 한 장으로 붙인 이미지(Mosaic)와 레이블 넷으로 합니다. UNet은 스스로 배우는 표에서 레이블을 찾고, 8 x 8에서 자리마다 네 토큰에 주목합니다. 무엇이 어느 토큰에서 가져오는지가 크로스 어텐션이며, Stable Diffusion이 낱말에 주목하는 방법입니다. 첫 토큰이 왼쪽 위라는 것은 아무도 알려 주지 않고, 스스로 알아냅니다.',
  'Change the four labels and run: the training is kept. In the maps each row is a picture and each column a token, white where it is looked at. Move How noisy, or set scale of Guided to 1: then nothing pushes the digits towards their names. With resolutions "16, 8" and head_dim 8 in Attention it looks more finely, and takes longer.':
    '레이블 넷을 바꾸고 실행해 보세요. 학습은 그대로 남아 있습니다. 맵에서 줄마다 이미지 하나, 칸마다 토큰 하나이며, 보고 있는 곳이 하얗습니다. How noisy를 움직이거나 Guided의 scale을 1로 해 보세요. 그러면 숫자를 제 이름 쪽으로 미는 것이 없습니다. Attention에서 resolutions를 "16, 8"로, head_dim을 8로 하면 더 곱게 보고, 더 오래 걸립니다.',

  // digits-sample
  'Digits, guided: DDIM beside DDPM': '가이던스로 그린 숫자: DDIM과 DDPM',
  'A UNet that was trained by the workflow Train on digits writes digits on demand. Guidance pushes each sample towards its class; DDIM in 50 steps and DDPM in 250 begin with the same noise. Drag over the film to go through time. Try scale 1 (no guidance) and 4.':
    '워크플로 ‘숫자로 학습하기’가 학습한 UNet이 시키는 숫자를 씁니다. 가이던스는 샘플을 제 클래스 쪽으로 밉니다. 50단계의 DDIM과 250단계의 DDPM이 같은 노이즈에서 시작합니다. 필름 위에서 끌면 시간을 오갑니다. 스케일 1(가이던스 없음)과 4도 해 보세요.',
  'The null label stands for any digit. Guidance asks the model twice, with and without the label, and goes past the difference: digits become clearer, and more alike.':
    'null 레이블은 아무 숫자나 뜻합니다. 가이던스는 레이블이 있을 때와 없을 때를 모델에게 두 번 묻고, 그 차이를 지나 더 갑니다. 숫자는 더 또렷해지고 서로 더 닮습니다.',
  'Save Image gives a PNG that carries this graph: drop it on the page, and the graph is back.':
    'Save Image는 이 그래프가 담긴 PNG를 줍니다. 페이지에 놓으면 그래프가 다시 열립니다.',

  // digits-train
  'Train on digits': '숫자로 학습하기',
  'A UNet learns to write the ten digits from 1,400 images of 8 x 8 pixels, each with its class. Press Run: while the loss falls, the same noise is turned into digits again and again. Beside each sample is the training image that is nearest to it: is it new, or a copy?':
    'UNet이 클래스가 있는 8 x 8 픽셀 이미지 1,400장에서 열 숫자를 쓰는 법을 배웁니다. 실행을 누르면 손실이 내려가는 동안 같은 노이즈가 거듭 숫자가 됩니다. 샘플마다 옆에 가장 가까운 학습 이미지가 있습니다. 새것일까요, 베낀 것일까요?',
  'One step of training is the coloured area. Label Dropout forgets one label in ten, so that the same network also learns digits of no class in particular: guidance needs both.':
    '색이 있는 영역이 학습 한 단계입니다. Label Dropout은 레이블 열에 하나를 잊게 해, 같은 신경망이 어느 클래스도 아닌 숫자도 배우게 합니다. 가이던스에는 둘 다 필요합니다.',
  '3,000 steps take some minutes without a GPU. Stop whenever you like: what was learned stays, and Run goes on from there. Save Checkpoint gives a file that Digits, guided can sample from, and that PyTorch reads.':
    'GPU가 없으면 3,000단계에 몇 분이 걸립니다. 언제든 중지하세요. 배운 것은 남고, 실행하면 거기서 이어 갑니다. Save Checkpoint는 ‘가이던스로 그린 숫자’가 샘플링에 쓰고 PyTorch도 읽는 파일을 줍니다.',

  // learned-variance
  'Learned variance': '배우는 분산',
  'How wide is a step back? DDPM fixes its variance, at one of two extremes; here a network says where between them it lies (Nichol & Dhariwal 2021). The same network is then asked how unlikely digits are that it has not seen, with each of the three variances: in all, and timestep by timestep. Fewer bits are better.':
    '한 단계 돌아가는 폭은 얼마일까요? DDPM은 두 극단 가운데 하나로 분산을 정해 둡니다. 여기서는 신경망이 그 사이 어디인지 말합니다(Nichol & Dhariwal 2021). 그러고는 같은 신경망에게, 본 적 없는 숫자가 얼마나 있을 법하지 않은지 세 가지 분산으로 묻습니다. 모두 합쳐서, 그리고 타임스텝마다 묻습니다. 비트가 적을수록 좋습니다.',
  'Hybrid Loss is two in one: the squared error teaches the prediction, the variational bound teaches the variance alone. Both extremes are right somewhere: the small variance where x_0 is known, the large one where nothing is. The learned one finds its way between.':
    'Hybrid Loss는 둘을 하나로 합친 것입니다. 제곱 오차는 예측을, 변분 경계는 분산만 가르칩니다. 두 극단은 저마다 맞는 곳이 있습니다. 작은 분산은 x_0을 아는 곳, 큰 분산은 아무것도 모르는 곳입니다. 배운 분산은 그 사이에서 길을 찾습니다.',
  'Set num_train_timesteps to 20: the fewer the steps, the further the two extremes are apart, and the more there is to learn. Choose fixed_small or fixed_large for Samples, with 10 steps.':
    'num_train_timesteps를 20으로 해 보세요. 단계가 적을수록 두 극단이 멀어져 배울 것이 많아집니다. Samples에서 10단계로 fixed_small이나 fixed_large를 골라 보세요.',

  // mnist-sample
  'MNIST, the loop open': 'MNIST, 열린 반복',
  'A UNet that was trained by the workflow Train on MNIST, on a CPU, writes digits. The sampling loop is open: at every step you see x_t beside the clean image that the network expects behind it. It sees the coarse shape first, then the strokes.':
    '워크플로 ‘MNIST로 학습하기’가 CPU에서 학습한 UNet이 숫자를 씁니다. 샘플링 반복이 열려 있어, 단계마다 x_t와 그 뒤에 있으리라고 신경망이 보는 깨끗한 이미지가 나란히 보입니다. 거친 모양을 먼저, 획을 나중에 봅니다.',
  'Watch the right-hand grid: at first the prediction is the mean of all images of a class, then one of them is decided on.':
    '오른쪽 격자를 보세요. 처음에 예측은 한 클래스의 모든 이미지의 평균이고, 그다음 그 가운데 하나로 정해집니다.',

  // mnist-train
  'Train on MNIST': 'MNIST로 학습하기',
  'A UNet learns 28 x 28 handwritten digits with their classes. Patches of 2 x 2 pixels become channels, so that the network works on 14 x 14 and a laptop without a GPU gets there in half an hour. Samples appear while it learns; Stop keeps what was learned.':
    'UNet이 28 x 28 손글씨 숫자를 클래스와 함께 배웁니다. 2 x 2 픽셀의 조각을 채널로 바꾸어 신경망은 14 x 14에서 일하고, GPU 없는 노트북도 30분이면 됩니다. 배우는 동안 샘플이 나타나며, 중지해도 배운 것은 남습니다.',
  'Nothing is lost in Patches: each square of four pixels becomes four channels, and Whole images puts them back. The network sees a quarter of the positions.':
    'Patches에서 잃는 것은 없습니다. 네 픽셀의 정사각형마다 채널 넷이 되고, Whole images가 되돌립니다. 신경망이 보는 자리는 4분의 1입니다.',
  'With a GPU, leave Patches and Whole images out, set sample_size 28, channels 1, and more channels in UNet.':
    'GPU가 있으면 Patches와 Whole images를 빼고, UNet에서 sample_size를 28, channels를 1로 하고 채널을 늘리세요.',

  // own-images
  'Train on your own images': '내 이미지로 학습하기',
  'Drop a folder or a ZIP of images on the page: they are cut to one size, kept in this browser and never sent anywhere. Folders inside become classes. Then press Run. Without a GPU, begin with 16 x 16: samples come after a minute, good ones take half an hour or more.':
    '이미지 폴더나 ZIP을 페이지에 놓으세요. 한 크기로 잘라 이 브라우저에 보관하며 어디로도 보내지 않습니다. 안의 폴더는 클래스가 됩니다. 그다음 실행을 누르세요. GPU가 없으면 16 x 16으로 시작하세요. 샘플은 1분 뒤에 나오고, 좋은 샘플은 30분 넘게 걸립니다.',
  'With few images the network learns them by heart: compare the samples with the nearest of yours. Dropout in UNet, and more images, help.':
    '이미지가 적으면 신경망이 외워 버립니다. 샘플을 가장 가까운 내 이미지와 견주어 보세요. UNet의 dropout과 더 많은 이미지가 도움이 됩니다.',

  // schedules-compared
  'Schedules compared': '스케줄 비교',
  'Five ways to give way to noise, on one axis, and the same digits noised under each. Run it, then move the slider t: at the same t the digits are at very different places on their way. Below, each schedule is asked for the time at which it has as much noise as cosine: now all look alike. Of a schedule nothing but its signal-to-noise ratio matters.':
    '노이즈에 자리를 내주는 다섯 가지 방법을 한 축에, 그리고 저마다 노이즈를 더한 같은 숫자를 보여 줍니다. 실행한 뒤 슬라이더 t를 움직여 보세요. 같은 t에서 숫자는 제 길의 아주 다른 곳에 있습니다. 아래에서는 스케줄마다 노이즈가 cosine만큼 있는 시간을 묻습니다. 이제 모두 비슷해 보입니다. 스케줄에서 중요한 것은 신호 대 잡음비뿐입니다.',
  'Move t and run. The line in the charts is where t is. Above: the same t under each schedule. Below: the t that has as much noise as Cosine at t. In the chart of log SNR that is a level line.':
    't를 움직이고 실행하세요. 차트의 선은 t가 있는 곳입니다. 위: 스케줄마다 같은 t. 아래: Cosine이 t에서 가진 만큼 노이즈가 있는 t. 로그 SNR의 차트에서는 수평선입니다.',

  // spectrum
  'Coarse first, fine last': '거친 것 먼저, 고운 것 나중',
  'A trained model turns noise into digits while you see the radial power spectrum of x_t and of the clean image that it predicts. Noise is flat and drowns the fine structure first; on the way back the coarse structure is decided first and the fine comes last. The charts on the right show it over t.':
    '학습한 모델이 노이즈를 숫자로 바꾸는 동안, x_t와 그것에서 예측한 깨끗한 이미지의 방사 파워 스펙트럼이 보입니다. 노이즈는 평평해서 고운 구조를 먼저 덮습니다. 돌아오는 길에서는 거친 구조가 먼저 정해지고 고운 구조가 마지막에 옵니다. 오른쪽 차트는 그것을 t에 따라 보여 줍니다.',
  'Read the charts from right to left: t falls. In x_0 the coarse line is there early; the fine one rises at the end.':
    '차트를 오른쪽에서 왼쪽으로 읽으세요. t가 줄어듭니다. x_0에서 거친 선은 일찍 나타나고, 고운 선은 끝에서 올라갑니다.',
}
