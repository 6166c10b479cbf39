import DeviceTree
import Testing

@Suite struct DeviceNodeTests {
  private func tree() -> DeviceNode {
    var root = DeviceNode()
    var soc = DeviceNode("soc")
    for name in ["serial@10000000", "virtio@1000", "virtio@2000"] { soc.children.append(DeviceNode(name)) }
    root.children = [DeviceNode("chosen"), soc]
    return root
  }

  @Test func valuesReadBackAsTheyWereSet() {
    var node = DeviceNode("n")
    node.set("text", "hello")
    node.set("list", ["a", "", "c"])
    node.set("cells", 1, 0xFFFF_FFFF)
    node.set("flag")
    #expect(node.text("text") == "hello")
    #expect(node.texts("list") == ["a", "", "c"])
    #expect(node.cells("cells") == [1, 0xFFFF_FFFF])
    #expect(node["cells"] == [0, 0, 0, 1, 255, 255, 255, 255])
    #expect(node["flag"] == [])
    node.set("cells", 7)
    #expect(node.cell("cells") == 7)
    #expect(node.properties.count == 4)
  }

  @Test func valuesOfAnotherKindAreNil() {
    var node = DeviceNode("n")
    node.set("bytes", bytes: [1, 2, 3])
    node.set("list", ["a", "b"])
    #expect(node.text("bytes") == nil && node.cells("bytes") == nil && node.text("list") == nil)
    #expect(node.text("missing") == nil && node.cell("missing") == nil && node["missing"] == nil)
  }

  @Test func removingTellsWhetherThereWasOne() {
    var node = DeviceNode("n")
    node.set("a", 1)
    let removed = [node.remove("a"), node.remove("a")]
    #expect(removed == [true, false])
    #expect(node.properties.isEmpty)
  }

  @Test(arguments: [
    ("/", ""), ("/soc", "soc"), ("/soc/serial@10000000", "serial@10000000"), ("/soc/serial", "serial@10000000"),
    ("/soc/virtio@2000", "virtio@2000"),
  ])
  func pathsFindNodes(path: String, name: String) {
    #expect(tree().node(at: path)?.name == name)
  }

  @Test(arguments: ["/nothing", "/soc/virtio", "/soc/serial@1", "/soc/serial/deeper"])
  func otherPathsFindNothing(path: String) {
    #expect(tree().node(at: path) == nil)
    var edited = tree()
    let isFound = edited.edit(path) { $0.set("x") }
    #expect(!isFound)
    #expect(edited == tree())
  }

  @Test func editingChangesTheNodeInPlace() {
    var root = tree()
    root.edit("/soc/serial") { $0.set("status", "okay") }
    #expect(root.node(at: "/soc/serial@10000000")?.text("status") == "okay")
    root.edit("/a/b", creating: true) { $0.set("x") }
    #expect(root.node(at: "/a/b")?["x"] == [])
  }

  @Test func chosenKeepsWhatItIsNotToldAbout() {
    var document = DeviceTreeDocument(root: tree())
    document.root.edit("/chosen") { chosen in
      chosen.set("stdout-path", "/soc/serial")
      chosen.set("bootargs", "old")
    }
    document.setChosen(initrd: 0x8400_0000..<0x8410_0000)
    #expect(document.root.node(at: "/chosen")?.text("bootargs") == "old")
    document.setChosen(bootArguments: "new")
    let chosen = document.root.node(at: "/chosen")
    #expect(chosen?.text("bootargs") == "new")
    #expect(chosen?.text("stdout-path") == "/soc/serial")
    #expect(chosen?.cell("linux,initrd-start") == 0x8400_0000)
    #expect(chosen?.cell("linux,initrd-end") == 0x8410_0000)
  }

  @Test func chosenIsMadeWhenMissing() {
    var document = DeviceTreeDocument()
    document.setChosen(bootArguments: "quiet")
    #expect(document.root.node(at: "/chosen")?.text("bootargs") == "quiet")
  }
}
