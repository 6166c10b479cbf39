import Commands

RoostCommand.main()
