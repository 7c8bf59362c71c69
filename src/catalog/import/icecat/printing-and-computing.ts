/** Supplies and machines that print, components, computers and storage. Asked second. */
export const printingAndComputing = `
Printing > Toner cartridges
  toner
  not: waste toner, toner collector, toner filter, waste, cleaning
Printing > Printer parts
  waste toner, fuser, maintenance kit, transfer belt, transfer kit, transfer roller, printer drum, image drum, drum,
  imaging unit, imaging kit, photoconductor, photoconductor unit, printhead, print head, developer unit, developer,
  roller, separation pad, cleaning cartridge, staple cartridge, printer belt, belt unit, printer cleaning, oil, toner
  collector, toner filter, maintenance cartridge, scanner spare part, waste, image unit, roller kit, belt, mk, dv
Printing > Ribbons & film
  ribbon, printer ribbon, fax ribbon, fax cartridge, thermal transfer, correction tape, fax film
  not: cable
Printing > Label tapes
  label-making tape, labelling tape, label tape, laminated tape, iron-on tape, label-making, tze, printer label,
  permanent polyester, dymo d1, dymo ind, tape cassette, dymo ind permanent, dymo tape, brother tx, tc-34z, tx
Printing > Labels
  label, strung marking tag, number block, sticker, signal dot, badge
  not: label printer, label maker, printer, labelmanager, cartridge
Printing > Labels
  shipping tag, merchandise tag, tag, dk
Printing > Photo paper
  photo paper, glossy paper, photo glossy, picture pack, photo quality, photo card, photo value pack
  not: large format printer, printer, frame
Printing > Large format media
  large format media, canvas, printable textile, banner, backlit, tyvek, vellum, scrim, proofing, wallpaper, bond
  paper, coated paper, heavyweight paper, tracing paper, plotter paper, film, polypropylene, adhesive vinyl, x 30
Printing > Ink cartridges
  ink cartridge, singlepack, multipack, multi-pack, durabrite, ultrachrome, vivera, inkjet cartridge, print cartridge
Printing > Ink cartridges
  original, ink, ink tank
  not: battery, memory, printer, paper, laptop, projector, tape, hdd, origin, remote control
Printing > Paper & transparencies
  transparency, transparencies, overhead, greeting card, business card, envelope, iron-on transfer, cardstock
Printing > Paper & transparencies
  paper, printable media, media sheet
  not: paper tray, feeder, tray, sheet feeder, cassette, dpi, ppm, paper cassette, shredder
Printing > Paper & transparencies
  cold press, hot press, 25 sheet, din a2
Printing > Printer accessories
  feeder, duplex unit, duplexer, finisher, paper tray, print server, printer stand, stacker, mailbox, caster base,
  printer memory, printer cabinet, output stacker, fax board, printer kit, printer emulation upgrade, postscript,
  two-sided printing accessory, paper deck, paper drawer, media spindle, card for ipds, imprinter, sheet guide,
  automatic document feeder, auto-document-feeder, sheet feed, punch unit, multi-purpose tray, tractor unit, platen,
  cassette, output bin, jetdirect, duplex module, paper handling, sidm, hole punch, booklet maker, stapler unit,
  prescribe
Printing > Printer accessories
  sheet tray, universal tray, paper cassette, repl tray, envelope tray, high capacity feeder, hard disk for, printer
  hard, font card, productivity kit, lower tray, media drawer, roll feed spindle, booklet unit, 2nd 3rd tray, tray
  for, post process
  not: dpi
Printing > Label & receipt printers
  pos printer, label printer, label maker, labelmanager, labelwriter, receipt printer, p-touch, thermal printer,
  tm-u220b, tm
Printing > Scanners
  scanner, scanjet, nuscan, documate, document camera, imprinter
  not: bar code, barcode
Printing > Large format printers
  designjet, large format printer, plotter, imageprograf, stylus pro
Printing > Multifunction printers
  mfp, multifunction, multifunctional, workcentre, copier, fax machine, fax, officejet, psc, digital copier, dcp, mfc,
  imagerunner
Printing > Laser printers
  laserjet, laser printer, phaser, led printer, ecosys, docuprint, aculaser, laser a4, colour laser, lbp, hl, laser
  1200
Printing > Inkjet printers
  inkjet printer, photosmart, deskjet, photo printer, pixma, inkjet, stylus photo, stylus color, selphy, stylus office
Printing > Other printers
  dot matrix, dot matrix printer, matrix printer, forms printer, lq-630, lq-690, fx-2190, fx-890, dpi a4, dpi a3
Components > Processors
  processor
  not: notebook, cooler, cooling, server, liquid cooling, pc, workstation, heatsink, motherboard, tablet, barebone
Components > Motherboards
  motherboard, desktop board, server board, workstation board, server workstation board, system board, socket am4
Components > Graphics cards
  graphics card, geforce, radeon, quadro, firepro, firegl, matrox, gddr3, gddr5, gddr6
  not: notebook, pc, workstation, netbook, desktop
Components > Memory
  memory module, dimm, so-dimm, sodimm, ddr3 sdram, valueram, hyperx fury, simm, ram module, dram, fb-dimm, memory kit
  not: notebook, pc, workstation, server, printer
Components > Memory
  system specific memory, memory upgrade, ddr2 memory, pc2-5300, pc3-10600, hyperx predator, hyperx impact
  not: notebook, pc
Components > Memory
  sdr sdram, ddr sdram, 128mb, 256mb, 64mb, 32mb, 256mb memory, mb memory, ddr2 1024, 100-pin ddr
  not: notebook, pc, card, geforce
Components > Cooling
  cooler, computer cooling, computer cooling component, heatsink, heat sink, thermal paste, liquid cooling, radiator,
  heat sink compound
Components > Cooling
  fan, cooling set, silent fan, case fan
  not: rack, netshelter, cabinet, fan tray, btu, vacuum, projector
Components > Cooling
  cooling accessory, hardware cooling, air shroud
Components > Cases & power supplies
  computer case, chassis, superchassis, pc case, full tower, midi tower, mini tower, power supply unit, atx
  not: pc, workstation, ups, modular
Components > Cases & power supplies
  computer case part, power supply, hot-swap power, redundant power
  not: notebook, poe, ups, switch
Networking > Network cards & adapters
  networking card, network card, network interface card, network adapter
Components > Interface cards
  raid controller, raid card, interface cards, scsi card, interface card, sata controller, sound card, tv tuner card,
  riser
Components > Interface cards
  scsi controller, slot expander, serial card, parallel card, controller card, pci card, firewire card, video capture
  not: network
Components > Interface cards
  host bus adapter, internal 7.1, port pci, pci serial, tuner, port serial, pci express, pcmcia, expresscard
  not: wireless, ssd, network, gigabit, notebook
Computers > Tablets & e-readers
  tablet, galaxy tab, e-book reader, ebook reader, e-reader, mediapad, matepad
  not: notebook, mount, stand, stylus, graphic tablet, holder, keyboard
Computers > Thin clients
  thin client, wyse, zero client, thinos, t5720, t5730, nx 1500, ce 1200
  not: mount, bracket
Computers > Thin clients
  t5740, windows embedded
Computers > Laptops
  notebook, chromebook, netbook, hybrid, mobile workstation, elitebook, probook, thinkpad, ultrabook, tablet pc,
  toughbook
  not: adapter, battery, memory, mouse, hub, light, webcam, speaker, power adapter, keyboard accessory, drive, modem,
  lamp, numeric keypad, ac adapter, charger
Computers > Servers
  server, poweredge, proliant, primergy, blade, server barebone, entry server
  not: rack, media server, ups, memory, kit, print server, pdu, device server, serial server, cabinet, rail, bracket,
  mount, shelf
Computers > Desktops & workstations
  pc, workstation, desktop pc, barebone, all-in-one pc, mini pc, nettop, compaq dc5800, compaq elite, microtower,
  small form factor
  not: microphone, headset, card, mouse, camera, speaker, webcam, holder, pocket pc, pc s, stand, mount, surge,
  outlet, pcs, remote, cleaning, 1 pc, gamepad, tv, hub, 10 pc, battery, player, adapter, keyboard, 5 pc, hdd, 2 pc,
  tool
Computers > Desktops & workstations
  point of sale
Storage > Optical discs & cassettes
  cd-r, cd-rw, dvd-r, dvd-rw, dvd+r, dvd+rw, dvd-ram, bd-r, bd-re, blank dvd, blank cd, video cassette
  not: drive, writer, recorder, player, burner, notebook, rewriter
Storage > Optical discs & cassettes
  blu-ray disc, bd-r dl, minidv, mini dv, vhs, audio cassette, minidisc, floppy disk, blank video tape, camcorder tape
Storage > Tape drives & media
  blank data tape, lto, tape drive, tape library, autoloader, data cartridge, ultrium, dds, dat 72, dlt, sdlt, ait,
  dat
Storage > Tape drives & media
  tape array, storage media, cleaning media, tape autoloader, tape cartridge, travan, cleaning tape
  not: label
Storage > USB flash drives
  usb flash, usb flash drive, flash drive, usb stick, datatraveler, jumpdrive, usb memory, pen drive, store n go, vb
  fd2
Storage > Memory cards & readers
  memory card, card reader, compactflash, microsd, sdhc, sd card, memory stick, secure digital, flash card, mmc
  not: player, camera, smart card, bar code, phone
Storage > Memory cards & readers
  sdxc, micro sdxc, smart card reader
Storage > Enclosures & arrays
  drive enclosure, storage drive enclosure, disk array, storage enclosure, nas, storage server, storageworks, disk
  enclosure, hdd enclosure, ssd enclosure, storage drive docking, hard drive dock, san, msa1000, drive tray, drive
  bay, drive cage, hot swap tray
Storage > Enclosures & arrays
  removable drive, hot-swap drive, caddy, drive caddy, drive carrier, hard drive tray
  not: player
Storage > Solid-state drives
  ssd, solid state, solid state drive, nvme
  not: adapter, bracket
Storage > Solid-state drives
  serial ata ii, serial ata iii
Storage > Hard drives
  hdd, hard drive, hard disk, external hard drive, internal hard drive, ironwolf, sas 3.5, media drive
  not: player, recorder, adapter, bracket, camcorder
Storage > Optical drives
  optical disc drive, dvd writer, dvd burner, dvd rewriter, floppy drive, cd-rw drive, dvd-rom, zip, lightscribe, rev
  drive, duplicator, dvd drive, dvd-rw drive, blu-ray writer, media duplicator, combo drive
  not: player
`;
