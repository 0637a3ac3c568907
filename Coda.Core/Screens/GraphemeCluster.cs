namespace Coda.Core.Screens;

/// <summary>
/// The cluster that was printed last, as far as the next character depends on it; the default is none, as after a control character or
/// sequence. Characters join and are wide exactly as in the pages: the tables are made in the build from what their addon says.
/// </summary>
internal readonly record struct GraphemeCluster
{
    /// <summary>
    /// After a printable ASCII character (0x20 to 0x7e) that did not join. Of a run of them only the first is to be asked for: it joins a
    /// prepended sign such as U+0600, and nothing else. Each that follows is 1 wide, does not join, and leaves this.
    /// </summary>
    internal static readonly GraphemeCluster Ascii = default(GraphemeCluster).Next(' ');

    /// <summary>The row of what may come next, then two bits of width and one that tells whether it joined.</summary>
    private readonly byte state;

    private GraphemeCluster(byte state) => this.state = state;

    /// <summary>Columns that the cluster takes so far: 1 or 2, or 0 of none.</summary>
    internal int Width => (state >> 1) & 3;

    /// <summary>Whether its last character joined those before it; else it began a cluster of its own.</summary>
    internal bool Joins => (state & 1) != 0;

    /// <summary>The cluster after one more character, 0 to 0x10FFFF.</summary>
    internal GraphemeCluster Next(int codePoint)
    {
        var block = GraphemeTables.Blocks[codePoint >> GraphemeTables.BlockBits];
        var offset = codePoint & ((1 << GraphemeTables.BlockBits) - 1);
        var kind = GraphemeTables.Classes[(block << GraphemeTables.BlockBits) + offset];
        return new(GraphemeTables.Transitions[((state >> 3) * GraphemeTables.ClassCount) + kind]);
    }
}
