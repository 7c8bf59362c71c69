/** Services, toys, household, office, cables, and what is named for what it carries. Asked first. */
export const homeAndCables = `
Services & warranties
  on-site, onsite, pick-up return, carry-in, care pack, hw supp, hwsup, hw svc, nbd, renewal, extended warranty,
  service agreement, start-up service, kyolife, supp, svc, hwsupp, warranty extension
Services & warranties
  warranty, service plan, maintenance agreement, support, acerAdvantage
  not: ups, stand, backplane
Software
  software, license, licence, e-icard, antivirus, upgrade key, surveillance base, software key
  not: cable
Software
  secure workflow, burning, nodes
Office > Calculators
  calculator, calcpad
Office > Filing & desk
  lever arch, lever arch file, file folder, ring binder, storage box, storage tray, photo pocket, negative pocket,
  file storage, tab index, report cover, letter tray, hole punch, binding cover, document holder, cd dvd pocket,
  stapler, staple pack, felt pen, notebook a4, notebook a5, shredder, file storage box, footrest, foot rest, fotophan
Office > Filing & desk
  laminator, laminating, photo corner, pocket expanding, whiteboard, adhesive tape, scissors, project file, magazine
  file
  not: convenience stapler
Office > Filing & desk
  window folder, impressbind, glue dispenser, copyholder, binder, folder
  not: camera
Toys & games > Puzzles
  jigsaw, puzzle, brain teaser
Toys & games > Dolls & figures
  doll, sylvanian, sylvanian families, baby born, baby annabell, barbie, playset, na na na, action figure, collectible
  figure, toy figure, plush, playhouse, hatchimals, bakugan, paw patrol
Toys & games > Crafts
  kids craft, kids craft kit, ses creative, modeling dough, coloring, scratch card, jewelry set, crayola, kinetic
  sand, aquabeads, bead
Toys & games > Toys
  toy, lego, board game, card game, spinning top, frisbee, bath animal, ride-on, water table, trampoline, spin master,
  playmobil, bruder, little tikes, step2, axi, playground, vtech, erector set, scooter, goula, party co, kids digital
  camera, sticker set, swimways, lena, meccano, mga, kids aged, collectible surprise, lol surprise, l o l,
  cicciobello, police, bigben interactive, candylock
Home & personal care > Shaving & hair
  shaver, shaving, razor, hair clipper, hairclipper, epilator, trimmer, hair dryer, hairdryer, curling iron,
  straightening iron, hot air brush, styler, grooming, straightener, bodygroom, hair
Home & personal care > Kitchen
  coffee, espresso, senseo, blender, mixer, handmixer, fryer, kettle, toaster, grater, cooker, waffle, hob, oven,
  grinder set, juicer, food processor, kitchen, ice cream, milk frother, grill, wok, fridge, bread maker, sandwich,
  steamer, rice, chopper, microwave, citrus, cooktop, dishwasher, refrigerator, crepe maker, griddle, chocolate
  fountain, roll maker, multi wonder chef, brita
Home & personal care > Household
  dry iron, steam iron, ironing, vacuum, hepa13, hepa, sonicare, toothbrush, irrigator, kitchen scale, personal scale,
  alarm clock, washing machine, blade fan, thermometer, wake-up light, avent, breast pump, baby monitor, massager, sun
  tanner, front-load, top-load, entkalkungsset, water filter, s-filter, nivea, tumble dryer, heissner, iron, exhaust
  filter, air purifier, humidifier, baby bottle, sewing, nail polish, oral-b, norelco
Home & personal care > Lighting
  bulb, lighting, capsuleline, luminaire, night light, fluorescent, desk lamp, flashlight, torch
  not: projector, uhp
Home & personal care > Lighting
  e27, e14
Cables & adapters > Tools & cable management
  cable tie, cable management, cable ring, cable organizer, cable guide, cable cover, cable tester, network tester,
  poe tester, crimping tool, stripping tool, tool set, tool kit, screwdriver set, wire stripper, cablesaver, cable
  floor protection, cable clip, cable protector, modular crimping tool, antistatic, anti static, punch down tool,
  cable manager, cable trough, punchdown tool, wire cutter, cutter
Accessories > Security locks
  cable lock, combination lock, laptop lock, notebook lock, microsaver, clicksafe, computer lock, port blocker
Accessories > Security locks
  lock, security kit, door lock
  not: ups, cable cat5e, netshelter
Storage > Hard drives
  hdd kit, hd kit, sata hd, hdd upgrade
Networking > KVM & console
  kvm switch, kvm extender, kvm console, kvm drawer, console switch, console server, ip kvm, console extender, lcd
  console, rackmount lcd, server interface module, dsview, autoview, rack console, kvm over ip
Networking > Patch panels
  patch panel, cat5e patch panel, patchbox, feedthrough panel, cat6 patch panel
Input devices > Mice
  retractable usb cable, mouse wired, wired mouse, optical mouse, laser mouse
Power & racks > UPS
  uninterruptible power supply, line-interactive, smart-ups, back-ups, smartpro, omnismart
Power & racks > Power distribution
  pdu, power distribution unit, power distribution, rack pdu
  not: power cord, cable
Cables & adapters > Power cables
  power cord, power cable, power extension, power cord extension, power lead, dc cord, ac cord, iec320c13, extension
  cord, nema 5-15p, power interconnect, iec 320, c13 coupler, c14 coupler, c19 coupler, power whip
Cables & adapters > Power cables
  jumper cord, iec309, c20 coupler, power y-cable, sata power, splitter cord, computer power
  not: ups, surge, isobar
Cables & adapters > Fibre optic cables
  fibre optic cable, fiber optic cable, fiber patch, fiber patch cable, fibre optic, fiber optic, multimode fiber,
  singlemode fiber, duplex multimode, lc st, lc sc, lc lc, sc sc, st sc, st st, sc st, st lc
Cables & adapters > Fibre optic cables
  fiber cable, fibre cable, fiber coupler, fiber adapter, mtrj, os1, om3
  not: media converter, transceiver, switch, media
Cables & adapters > Network cables
  networking cable, patch cable, patch cord, patchcord, network patch, utp cable, crossover cable, network cable,
  ethernet cable, telephone cable, modular cable, rollover cable, utp, s stp, sstp pimf, phone cable, modem cable
Cables & adapters > Network cables
  cat5e cable, cat6 cable, cat5 cable, cat 6 cable, cat 5e cable, rj45 cable, telephony cable, rj-11 cable
  not: kvm, jack, adapter
Cables & adapters > Audio cables
  audio cable, speaker wire, speaker cable, toslink cable, subwoofer cable, audio y-cable, microphone cable
Cables & adapters > Video cables
  vga cable, dvi cable, hdmi cable, displayport cable, video cable, coaxial cable, svga cable, antenna cable, monitor
  cable, component video cable, s-video cable, composite cable, scart cable, mini displayport, coax cable, dvi-d
  cable, dvi-i cable, coax high resolution, composite video cable, monitor extension cable, rg-59
Cables & adapters > USB & FireWire cables
  usb cable, firewire cable, usb extension cable, usb device cable, ieee-1394, usb extension
  not: kvm, hub, adapter, card, host
Cables & adapters > USB & FireWire cables
  a b cable, usb 2.0 a, usb 2.0 extension, micro-usb cable, usb-c cable, usb y cable
  not: hub, adapter
Cables & adapters > Internal & storage cables
  serial ata cable, sata cable, scsi cable, ide cable, floppy cable, sas cable, infiniband cable, serial attached
  scsi, internal cable, drive cable, ultra ata, stacking cable, infiniband, fan cable, ata cable
Cables & adapters > Serial & other cables
  kvm cable, serial cable, parallel cable, ps/2 cable, signal cable, null modem cable, printer cable, db25 cable
Cables & adapters > Gender changers & adapters
  gender changer, cable gender changer, interface gender adapter, cable interface, coupler, cable splitter, usb
  adapter, serial adapter, null modem adapter, modular adapter, audio adapter, video adapter, parallel adapter, wire
  connector, terminator, ps/2 adapter, dvi adapter, vga adapter, stereo adapter, rca adapter, sma adapter, usb
  graphics adapter, video cable adapter, printer adapter m, vga splitter cable, loopback, cable adapter
Cables & adapters > Wall plates & jacks
  keystone, keystone jack, faceplate, wall plate, wall jack, wall box, outlet box, modular plug, mounting box
Cables & adapters > Wall plates & jacks
  modular faceplate, decora, hood, rj-45 plug, socket safety, snap-in, blank insert
  not: lens, camera, gang outlet
Cables & adapters > Serial & other cables
  cable, y-cable
  not: hdd, drive, media converter, modem, docking, headset, router, antenna
Computers > Laptop & tablet accessories
  notebook spare part, tablet spare part, port replicator, docking station, notebook dock, notebook stand, dock
Computers > Laptop & tablet accessories
  cooling pad, notebook cooling, docking, laptop stand, notebook accessory, notebook arm, laptop cooler, cradle
  not: hdd, ipod
Displays > Privacy filters & screen protectors
  privacy filter, privacy screen, screen protector, anti-glare, display privacy filter, screen filter, antiglare
Bags & cases
  notebook case, laptop case, camera case, backpack, briefcase, messenger, sleeve, sleeve case, pouch case, messenger
  case, equipment case, device case, peripheral device case, reader case, player case, cover case, carrying case,
  trolley case, carry case, mobile phone case, tablet case, folio, rucksack, trolley, holster, crumpler, thule, case
  logic, bag, tote, leather case, soft case, flip case, skin case, wallet, jewel case, optical disc case, hard case,
  projector case, cover
Bags & cases
  case, pouch, luggage, backpack nylon, mobile phone cover, sling
  not: computer case, pc case, fan, cooler, psu, full tower, midi tower, tower
`;
