/** Networks, power, phones, displays, cameras, sound and input; at the end the words that say least. */
export const networksToSound = `
Networking > Media converters & transceivers
  media converter, network media converter, transceiver, network transceiver, sfp, gbic, xfp, mini-gbic
  not: switch unmanaged, ports
Networking > Media converters & transceivers
  network switch component, transceiver module, interface converter
Networking > Security & environment
  security camera, ip camera, network camera, surveillance camera, netbotz, temperature sensor, humidity sensor, smoke
  sensor, leak sensor, motion sensor, door sensor, dry contact, environmental, access control, security access, video
  server, cctv
Networking > Security & environment
  temperature transmitter, sensor, spot fluid, beacon, surveillance, alarm, vibration sensor, environment monitoring,
  dome camera
  not: mouse, optical sensor
Networking > KVM & console
  kvm, avocent, switchview, console, minicom, keyboard video mouse, cybex
  not: game, playstation
Networking > Routers & modems
  router, modem, firewall, gateway, adsl, isdn, dsl, hotspot, vpn, hardware firewall, zywall, softmodem, vdsl,
  broadband
  not: antenna, surge
Networking > Wireless
  access point, wlan access, antenna, network antenna, range extender, wireless bridge, powerline, homeplug, network
  repeater
Networking > Wireless
  wi-fi extender, wlan controller, wireless lan controller, network extender, powerline network adapter, mesh, lan
  controller
  not: fm, tv
Networking > Network cards & adapters
  networking card, network card, network interface card, network adapter, bluetooth adapter, wireless adapter, nic
  not: mouse, headset
Networking > Network cards & adapters
  ethernet card, wireless card, wireless usb, bluetooth printer, bluetooth usb, printer adapter, wireless printer,
  ethernet lan adapter, network interface
Networking > Network cards & adapters
  device server, serial server, gigabit ethernet adapter, wireless network, wlan, ethernet adapter, usb wireless,
  wireless g, wireless n
  not: mouse, headset, keyboard, camera, phone, photo
Networking > Switches & hubs
  network switch, switch unmanaged, unmanaged, managed, procurve, gigabit switch, ethernet switch, superstack, port
  switch, poe injector
  not: ups
Networking > Switches & hubs
  network equipment, network chassis, poe adapter, power over ethernet, poe, gigabit ethernet, fast ethernet, switch
  module, switch 8, poe switch
  not: phone, camera
Networking > Switches & hubs
  stacking kit, network management, network management device, desktop switch, 10 100, 1000base, network hub, stacking
  module, port gigabit
  not: phone, ups
Networking > Video & signal distribution
  video splitter, video switch, av transmitter, av receiver, av extender, av repeater, video extender, splitter,
  extender
Networking > Video & signal distribution
  av transmitter receiver, matrix switcher, signal amplifier, video converter, audio converter, selector, data switch,
  modulator
  not: power
Networking > Video & signal distribution
  console transmitter, switch box, serial switch, signal converter, video signal, converter, repeater, scan converter,
  isolator, video scaler
  not: power, ups
Accessories > USB hubs & switches
  hub, interface hub, usb hub, usb switch, printer switch, sharing switch, usb sharing
  not: network
Power & racks > UPS batteries & accessories
  replacement battery cartridge, battery cartridge, rbc, ups battery, sealed lead, web card, webcard, snmp card
  not: back-ups es
Power & racks > UPS batteries & accessories
  management card, bypass, battery module, battery frame, battery unit, share-ups, power module, external battery,
  battery pack ups, lead acid, transformer, line conditioner, smartslot, silcon, battery cabinet, ups accessory,
  modbus, voltage regulator, relay
Power & racks > UPS
  ups, symmetra, eaton 5p, ellipse, evolution, kva, uninterruptible
  not: replacement, door
Power & racks > Power distribution
  transfer switch, circuit breaker, branch circuit, power tap, junction box, infrastruxure, circuit, infrastruXure,
  static switch
Power & racks > Surge protection
  surge, surge protector, surge suppressor, power strip, isobar, power bar, outlet strip, joules, protection box,
  outlet, multi-socket
Power & racks > Surge protection
  surgearrest, protection station, noise filter, overvoltage, receptacle, socket-outlet, ac outlet, time switch, power
  outlet, protectnet
  not: inverter
Power & racks > Adapters & chargers
  power adapter, ac adapter, charger, battery charger, power adapter inverter, inverter, power inverter, car charger,
  powerverter
Power & racks > Adapters & chargers
  mobile device charger, power plug, power plug adapter, travel adapter, power brick, dc adapter, power bank, power
  injector, adapter kit
  not: solar
Power & racks > Batteries
  battery, household battery, single-use battery, rechargeable battery, alkaline, laptop battery, notebook battery,
  li-ion battery, batteries
  not: phone, headset, mouse, speaker, camera, smartphone, player, camcorder, smartwatch, keyboard, headphone, radio,
  earbud
Power & racks > Batteries
  varta, duracell, button cell, nimh, nickel-metal, lithium-ion, energizer, main battery, 6 cell
  not: phone, headset, mouse, speaker, player
Power & racks > Rack cooling
  inrow, air distribution, air removal, air conditioner, fan tray, rack fan, cooling unit, btu, air conditioning, rack
  cooling, air distribution unit
Power & racks > Rack cooling
  portable cooling, flooded receiver, condenser, chiller, refrigerant, air recirculation, fan, ventilation, airflow,
  roof fan
  not: mouse, vacuum
Power & racks > Racks
  rack, rack cabinet, netshelter, server rack, rack accessory, rack shelf, rackmount, smartrack, side panel, blanking
  panel, rail kit, cabinet, wall mounted rack, caster, shelf, blank panel, filler panel, rack mount, rail, raceway,
  ladder, split door, top panel
Power & racks > Racks
  netshelter sx, mounting rail, cage nut, brush strip, replacement door, door, stabilization, perforated, rear door,
  baying, pod mounting
  not: lens
Components > Server & PC parts
  bezel, backplane, mounting kit, i o module, front panel, rails, hot-swap, pci slot, panel, upgrade kit, conversion
  kit, tower stand, spare part
  not: flat panel, touch, monitor
Components > Server & PC parts
  slot plate, noise absorber, remote management, slot cover, bracket sata, redundant, cpu kit, power board, control
  panel, bay bracket
  not: monitor
Phones & navigation > Mobile accessories
  car kit, mobile phone spare, mobile device mount, ipod car, for ipod, for iphone, iphone, mobile holder, passive
  holder, pda accessory
  not: speaker, docking, radio, headphone, headset, clock
Phones & navigation > Mobile accessories
  selfie, stylus, stylus pen, armband, ventmount, slimshell, mobile phone accessory, car holder, universal holder,
  holder, silicone case
  not: notebook, toilet
Phones & navigation > Handheld computers
  handheld mobile, handheld mobile computer, ipaq, pda, pocket pc, palm, bar code, barcode, bar code reader, mobile
  computer, handheld
Phones & navigation > Wearables & navigation
  smartwatch, activity tracker, smart watch, gps, tomtom, navigator, wristband, wrist band, navigation, heart rate,
  sport watch
Phones & navigation > Phones
  smartphone, mobile phone, telephone, dect, cordless phone, ip phone, dual sim, single sim, phone, android, voip,
  answering machine
  not: microphone, headphone, headset, surge, speaker, player, tablet
Phones & navigation > Phones
  dect telephone, conference phone, teleconferencing, galaxy, hybrid dual, soundstation, handset, answer machine
  not: watch
Displays > Projectors & screens
  projector, projector lamp, projection screen, projector mount, data projector, projector accessory, elplp36,
  powerlite, uhp
Displays > Projectors & screens
  projection, interactive whiteboard, lamp, lumens, emp, ansi lumens, ceiling pipe, projector screen, elpaf27,
  projection film
  not: light
Displays > Mounts & stands
  flat panel, flat panel mount, flat panel wall, flat panel accessory, monitor mount, monitor arm, tv mount, wall
  mount, desk mount
Displays > Mounts & stands
  ceiling mount, mount, mounting bracket, monitor stand, tv stand, flat panel stand, pole, wallmount, floor stand, lcd
  arm, chief
  not: lens, camera, ring, tripod
Displays > Mounts & stands
  display stand, multimedia stand, multimedia cart, pole clamp, extension column, newstar, b-tech, arm, bracket, cpu
  holder, vesa, stand
  not: sata, camera, headset, hdd
Displays > Photo frames & signage
  digital photo frame, photo frame, photoframe, signage, signage display, large format display, video wall
Displays > Televisions
  tv, lcd tv, led tv, flat tv, hospitality tv, plasma tv, smart tv, bravia, television, hd ready, hospitality
  not: tuner, monitor, remote control, antenna, speaker, player, receiver, recorder, universal, cart, set-top
Displays > Monitors
  monitor, lcd monitor, flat panel monitor, computer monitor, prolite, syncmaster, led backlight, crt, touch screen,
  touch monitor
  not: speaker, baby, heart
Displays > Monitors
  full hd lcd, hd lcd, wqhd lcd, quad hd lcd, thinkvision, 1280 x 1024, 1680 x 1050, ultrasharp, 4k ultra hd, qhd,
  ultra hd lcd
Displays > Monitors
  full hd led, 1366 x 768, 1440 x 900, hd black, 1920 x 1080, 1920 x 1200, 1600 x 1200, 1024 x 768
  not: camera, projector, notebook
Photo & video > Lenses & filters
  lens, camera lens, lens hood, lens adapter, lens cap, camera filter, dioptric, dioptric lens, usm, teleconverter,
  filter set, camera lens adapter, neutral density, uv filter, polarizing, softmat, close-up, lens filter, mount ring,
  macro, ef, tele, wide, filter
Photo & video > Camera accessories
  camera flash, speedlite, tripod, battery grip, hand strap, neck strap, waterproof case, viewfinder, focusing screen,
  camera dock, camera accessory, remote controller, camera kit, underwater, housing, eyecup, wrist strap, remote
  switch, wide strap, strap, flash, dock easyshare, grip
Input devices > Webcams
  webcam, quickcam, web cam, video conferencing, pc camera, videoconferencing, conference camera
Photo & video > Cameras
  camera, digital camera, camcorder, cyber-shot, ixus, powershot, coolpix, easyshare, binoculars, telescope, eos, slr,
  handycam
  not: monitor, phone
Audio & video > Headphones & headsets
  headphones, headset, earphones, earbuds, in-ear, neckband, earhook, ear hook, earpiece, headphones headset, headband
  not: adapter, splitter
Audio & video > Microphones
  microphone, karaoke, karaoke microphone, studio microphone
Audio & video > Speakers
  speaker, loudspeaker, speaker set, subwoofer, soundbar, portable speaker, public address, multimedia speaker,
  docking speaker, speakers, speaker bar
Audio & video > Players & recorders
  mp3 player, mp4 player, mp3, mp4, gogear, dvd player, media player, cd player, blu-ray player, video player,
  portable dvd, dvd recorder, player, digital media, walkman, ipod, voice recorder, dictaphone, pocket memo, set-top
  box, turntable, recorder, tv set-top, dictation, tv tuner, hdd recorder, media gateway, tv set-top boxes, digital
  voice, media receiver, audio turntable, digital recorder
Audio & video > Hi-fi & radios
  home audio, hi-fi, hifi, micro system, mini system, clock radio, radio, home cinema, home theater, soundmachine, av
  receiver, receiver
Audio & video > Hi-fi & radios
  amplifier, boombox, car audio, car stereo, home theatre, audio system, sound system, micro hi-fi, portable radio,
  tuner, cd soundmachine, car media, clock
  not: mouse
Audio & video > Remote controls & accessories
  remote control, universal remote, prestigo, satellite, tv antenna, 3d glasses, fm transmitter, perfect replacement,
  tv accessory
  not: presenter
Audio & video > Remote controls & accessories
  audio kit, sound link, travel kit, splitter 3.5, remote, av link, lnb, wireless tv, dish
Input devices > Gaming
  gamepad, game pad, joystick, steering wheel, game controller, gaming control, playstation, xbox, nintendo, wii, psp,
  flight, video game
  not: headset, gaming mouse, keyboard
Input devices > Mouse pads & rests
  mouse pad, mousepad, mouse mat, wrist rest, wrist pillow, mouse wrist, wrist support, keyboard drawer, keyboard tray
Input devices > Presenters & pens
  presenter, wireless presenter, laser pointer, graphic tablet, digitizer, light pen, digital pen, electronic pen,
  stylus, pen
Input devices > Keyboards
  keyboard, keypad, numeric keypad, splitkeyboard, cymotion, desktop set, cherry, qwertz, qwerty, wireless desktop
  not: mouse wireless
Input devices > Mice
  mouse, trackball, touchpad, touch pad, mice, laser mouse, pointing device, lgt-m90, trackpad
Accessories > Cleaning
  cleaning, cleaning kit, cleaning cloth, cleansing, air duster, wipe, dust remover, compressed air, equipment
  cleansing, cleaner
Accessories > Furniture & carts
  cart, desk, multimedia cart, chair, furniture, workstation desk, printer stand, castor wheel, castor
Cables & adapters > Gender changers & adapters
  adapter, adaptor, connector, plug, dongle, rj45 db9m, db25, db9, scart, backshell, extensioncable, break-away
  not: wireless, wi fi
Components > Interface cards
  controller, card, adapter card
Networking > Network cards & adapters
  mbit s, ethernet lan, bluetooth
`;
