import Commands

RoostCommand.start()
